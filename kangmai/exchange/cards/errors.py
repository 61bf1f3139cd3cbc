"""What the card interface refuses before a room is asked.

Incorrect
└── BodyMalformed
Forbidden
└── TokenMissing
"""

from kangmai.kernel.errors import Forbidden, Incorrect


class BodyMalformed(Incorrect):
    """The request cannot be read: {reason}."""

    zh = "请求无法识别：{reason}。"


class TokenMissing(Forbidden):
    """Send the header Authorization: Bearer <token> with a token that is valid."""

    zh = "请在 Authorization: Bearer 头中提供有效令牌。"
