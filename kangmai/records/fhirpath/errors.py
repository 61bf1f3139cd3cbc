"""What can go wrong with a FHIRPath expression, and where.

Incorrect
└── ExpressionRefused
    ├── ExpressionUnreadable    the text is not FHIRPath
    ├── ExpressionUnsound       it cannot fit resources of this type
    └── ExpressionFailed        it met values it cannot work with
"""

from kangmai.kernel.errors import Incorrect


class ExpressionRefused(Incorrect):
    """The FHIRPath expression is wrong at line {line}, column {column}: {reason}."""

    zh = "FHIRPath 表达式第 {line} 行第 {column} 列有误：{reason}。"


class ExpressionUnreadable(ExpressionRefused):
    """The FHIRPath expression cannot be read at line {line}, column {column}: {reason}."""

    zh = "FHIRPath 表达式第 {line} 行第 {column} 列无法解析：{reason}。"


class ExpressionUnsound(ExpressionRefused):
    """The FHIRPath expression does not fit {context_type} at line {line}, column {column}: {reason}."""

    zh = "FHIRPath 表达式第 {line} 行第 {column} 列与 {context_type} 不符：{reason}。"


class ExpressionFailed(ExpressionRefused):
    """The FHIRPath expression cannot be evaluated at line {line}, column {column}: {reason}."""

    zh = "FHIRPath 表达式第 {line} 行第 {column} 列无法求值：{reason}。"


class Misuse(Exception):
    """An operator or function met values it cannot work with; the place is added on the way up."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.place: int | None = None


def line_and_column(text: str, place: int) -> tuple[int, int]:
    """The 1-based line and column of a 0-based place in `text`."""
    before = text[:place]
    return before.count("\n") + 1, place - (before.rfind("\n") + 1) + 1
