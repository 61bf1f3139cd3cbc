"""What tasks refuse.

Incorrect
├── AreaTooLarge
├── AmountMissing
├── DueInThePast
├── KindUnknown
├── MeasureMissing
├── NobodyNamed
├── PhotoUnreadable
├── ReasonMissing
├── ResultUnknown
├── TooManyAtOnce
└── TooManyPhotos
NotFound
├── NeedUnknown
├── PhotoUnknown
└── TaskUnknown
Conflict
├── NeedThere
└── NotInThisState
"""

from kangmai.kernel.errors import Conflict, Incorrect, NotFound
from kangmai.kernel.words import Words


class AreaTooLarge(Incorrect):
    """'{area}' is not a town or village (9 or 12 digits) or a grid of one."""

    zh = "“{area}”不是乡镇（街道）、村（社区）或其网格的代码。"


class AmountMissing(Incorrect):
    """Give the number that was counted, 0 to 1,000,000."""

    zh = "请填写清点数量（0 至 1000000）。"


class DueInThePast(Incorrect):
    """The time by which it is to be done has passed."""

    zh = "完成时限已过，请填写将来的时间。"


class KindUnknown(Incorrect):
    """'{kind}' is not in the list, or cannot be given by hand."""

    zh = "“{kind}”不在目录中，或不能手工派发。"


class MeasureMissing(Incorrect):
    """Give the temperature that was measured."""

    zh = "请填写测得的体温。"


class NobodyNamed(Incorrect):
    """Say whom or which grid the task is about."""

    zh = "请选择任务对象或网格。"


class PhotoUnreadable(Incorrect):
    """The file is no photo that can be read (JPEG, PNG or WebP, up to {most} MB)."""

    zh = "文件不是可识别的照片（JPEG、PNG 或 WebP，不超过 {most} MB）。"


class ReasonMissing(Incorrect):
    """Say why."""

    zh = "请填写原因。"


class ResultUnknown(Incorrect):
    """'{result}' is no result of this kind of task."""

    zh = "“{result}”不是该类任务的结果选项。"


class TooManyAtOnce(Incorrect):
    """{count} people are more than the {most} to whom tasks can be given at once. Choose a smaller area."""

    zh = "共 {count} 人，超过一次派发上限 {most} 人，请缩小范围。"


class TooManyPhotos(Incorrect):
    """At most {most} photos."""

    zh = "照片最多 {most} 张。"


class NeedUnknown(NotFound):
    """There is no such entry, or it is not for you to see."""

    zh = "没有该条目，或您无权查看。"


class PhotoUnknown(NotFound):
    """There is no such photo, or it is not for you to see."""

    zh = "没有该照片，或您无权查看。"


class TaskUnknown(NotFound):
    """There is no such task, or it is not for you to see."""

    zh = "没有该任务，或您无权查看。"


class NeedThere(Conflict):
    """This person is on the list for this already."""

    zh = "该居民此项需求已登记。"


STATES = {
    "open": Words("待办", "open"),
    "started": Words("已出发", "started"),
    "done": Words("已完成", "done"),
    "cancelled": Words("已撤回", "taken back"),
    "proposed": Words("待确认", "proposed"),
    "confirmed": Words("已确认", "confirmed"),
    "declined": Words("不需要", "declined"),
    "ended": Words("已结束", "ended"),
}


class NotInThisState(Conflict):
    """It is '{state}' now, so this cannot be done."""

    zh = "当前状态为“{state}”，不能执行此操作。"
    names = STATES
