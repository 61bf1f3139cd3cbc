"""What work and pay refuse.

Incorrect
├── QuarterUnreadable
├── NoteMissing
└── VerdictUnknown
NotFound
├── ItemUnknown
└── CheckNotFound
Conflict
├── AlreadyDrawn
├── NothingToCheck
├── NotAllJudged
└── CheckClosed
"""

from kangmai.kernel.errors import Conflict, Incorrect, NotFound


class QuarterUnreadable(Incorrect):
    """'{text}' is no quarter: 2026-Q1 is one."""

    zh = "“{text}”不是季度，应写作 2026-Q1。"


class NoteMissing(Incorrect):
    """Say in a few words what was found."""

    zh = "请简要写明核查情况。"


class VerdictUnknown(Incorrect):
    """'{verdict}' is no finding of a check."""

    zh = "“{verdict}”不是核查结论。"


class ItemUnknown(NotFound):
    """There is no such item of work, or it is not for you to see."""

    zh = "没有该工作项目，或您无权查看。"


class CheckNotFound(NotFound):
    """There is no such check, or it is not for you to see."""

    zh = "没有该抽查，或您无权查看。"


class AlreadyDrawn(Conflict):
    """The year {year} of this institution has its sample already. Open it instead of drawing another."""

    zh = "该机构 {year} 年度已抽样，请打开已有抽查，不得重复抽取。"


class NothingToCheck(Conflict):
    """This institution has no counted visit in {year}."""

    zh = "该机构 {year} 年没有计入的服务记录。"


class NotAllJudged(Conflict):
    """{open} records are not judged yet."""

    zh = "还有 {open} 份记录未核查。"


class CheckClosed(Conflict):
    """This check is closed."""

    zh = "该抽查已结束。"
