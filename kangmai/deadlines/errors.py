"""What deadlines refuse.

Incorrect
├── CursorUnreadable
├── OwnerMissing
├── ReasonMissing
└── StartInFuture
NotFound
└── DeadlineUnknown
Conflict
├── DeadlineChanged
└── DeadlineSettled
"""

from kangmai.kernel.errors import Conflict, Incorrect, NotFound


class CursorUnreadable(Incorrect):
    """The page cannot be found: begin at the first one."""

    zh = "找不到该页，请从第一页开始。"


class OwnerMissing(Incorrect):
    """The deadline '{definition}' of {subject} has no institution that owes it."""

    zh = "{subject} 的时限“{definition}”没有责任机构。"


class ReasonMissing(Incorrect):
    """Say why."""

    zh = "请填写原因。"


class StartInFuture(Incorrect):
    """The deadline '{definition}' of {subject} would begin in the future, at {started_at}."""

    zh = "{subject} 的时限“{definition}”起算时间 {started_at} 在将来。"


class DeadlineUnknown(NotFound):
    """There is no such deadline, or it is not for you to see."""

    zh = "没有该时限，或您无权查看。"


class DeadlineChanged(Conflict):
    """The deadline was changed meanwhile (version {current}, yours was {expected}). Look at it again and repeat."""

    zh = "该时限已被修改（当前版本 {current}，您的版本 {expected}），请查看后重试。"


class DeadlineSettled(Conflict):
    """This deadline is {state} already."""

    zh = "该时限已处于“{state}”状态。"
