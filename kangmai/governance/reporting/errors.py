"""What reading a bulletin refuses.

Incorrect
└── BulletinUnreadable
"""

from kangmai.kernel.errors import Incorrect


class BulletinUnreadable(Incorrect):
    """{file} cannot be read as a bulletin: {reason}. Save it as HTML, text (UTF-8 or GB 18030) or DOCX."""

    zh = "{file} 无法作为公报读取：{reason}。请另存为 HTML、文本（UTF-8 或 GB 18030）或 DOCX。"
