"""What the interface for loggers refuses before the room is asked.

Incorrect
└── ReadingsUnreadable
"""

from kangmai.kernel.errors import Incorrect


class ReadingsUnreadable(Incorrect):
    """The readings cannot be read: {reason}. Nothing was taken in."""

    zh = "温度记录无法识别：{reason}；未导入任何数据。"
