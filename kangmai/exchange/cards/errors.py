"""What the card interface refuses before a room is asked.

Incorrect
└── BodyMalformed
"""

from kangmai.kernel.errors import Incorrect


class BodyMalformed(Incorrect):
    """The request cannot be read: {reason}."""

    zh = "请求无法识别：{reason}。"
