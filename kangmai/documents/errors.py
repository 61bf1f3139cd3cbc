"""What documents refuse.

Incorrect
├── DataMissing
├── FormatNotMade
└── PictureUnreadable
Unavailable
└── FontMissing
"""

from kangmai.kernel.errors import Incorrect, Unavailable


class DataMissing(Incorrect):
    """The document '{template}' needs {names}."""

    zh = "文书“{template}”缺少 {names}。"


class FormatNotMade(Incorrect):
    """The document '{template}' is not made as {format}; there are: {known}."""

    zh = "文书“{template}”不提供 {format} 格式，可用：{known}。"


class PictureUnreadable(Incorrect):
    """The file is no photo that can be read (JPEG, PNG or WebP)."""

    zh = "文件不是可识别的照片（JPEG、PNG 或 WebP）。"


class FontMissing(Unavailable):
    """No Chinese font is installed, so no PDF can be made. Install the package pylopdf-fonts-zh-cn or the system's Noto Sans CJK, or name a font file in KANGMAI_FONT."""

    zh = "未安装中文字体，无法生成 PDF。请安装 pylopdf-fonts-zh-cn 或系统的 Noto Sans CJK，或用 KANGMAI_FONT 指定字体文件。"
