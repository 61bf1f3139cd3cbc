"""What nucleic-acid testing refuses.

Incorrect
├── AreaUnreadable
├── CodeUnreadable
├── CursorUnreadable
├── FileUnreadable
├── GroupUnknown
├── ModeUnknown
├── NumberUnknown
├── ReasonMissing
├── RecordUnreadable
├── TimesOutOfOrder
└── TooManyRecords
NotFound
├── BoxUnknown
├── IncidentUnknown
├── PassUnknown
├── PlanUnknown
├── PlateUnknown
├── PoolUnknown
├── RoundUnknown
├── ShiftUnknown
├── SiteUnknown
├── TripUnknown
└── TubeUnknown
Conflict
├── AlreadyBooked
├── AlreadySampled
├── BoxTaken
├── NotInThisState
├── PlanImpossible
├── PlateTaken
├── ReviewerIsOperator
├── ShiftOverlaps
├── SlotFull
├── TooManyTests
├── TripTaken
├── TubeFull
└── TubeTaken
"""

from kangmai.kernel.errors import Conflict, Incorrect, NotFound
from kangmai.kernel.words import Words


class AreaUnreadable(Incorrect):
    """'{area}' is not the code of a division: give 4 to 12 digits."""

    zh = "“{area}”不是有效的区划代码，应为 4 至 12 位数字。"


CODES = {
    "tube": Words("采样管", "tube"),
    "box": Words("转运箱", "box"),
}


class CodeUnreadable(Incorrect):
    """'{code}' is not the code of a {what}: scan it again."""

    zh = "“{code}”不是有效的{what}编码，请重新扫描。"
    names = CODES


class CursorUnreadable(Incorrect):
    """The page cannot be found: begin at the first one."""

    zh = "找不到该页，请从第一页开始。"


class FileUnreadable(Incorrect):
    """The instrument's file cannot be read: {reason}"""

    zh = "无法读取仪器文件：{reason}"


class GroupUnknown(Incorrect):
    """The rules in force know no group '{group}'."""

    zh = "现行规则中没有人群“{group}”。"


class ModeUnknown(Incorrect):
    """The rules in force allow no tube of {mode}; they allow {modes}."""

    zh = "现行规则不允许 {mode} 混 1；可选：{modes}。"


class ReasonMissing(Incorrect):
    """Say why."""

    zh = "请填写原因。"


COLUMNS = {
    "people": Words("人员", "people"),
    "time zone": Words("时间缺少时区", "a time without its zone"),
    "tubes": Words("采样管", "tubes"),
}


class NumberUnknown(Incorrect):
    """Nobody is known by this number: scan the pass or the card again, or write down name and phone."""

    zh = "未找到该号码对应的人员：请重新扫描，或填写姓名和电话。"


class RecordUnreadable(Incorrect):
    """Record {number} of the batch cannot be read: {reason}. Nothing of the batch was taken."""

    zh = "批次中第 {number} 条记录无法读取：{reason}。整批未保存。"
    names = COLUMNS


NOW = Words("现在", "now")
ROUND_OPENS, ROUND_CLOSES = Words("轮次开始", "the opening"), Words("轮次结束", "the closing")
SHIFT_BEGINS, SHIFT_ENDS = (
    Words("班次开始", "the beginning of the shift"),
    Words("班次结束", "its end"),
)
RUN_BEGAN, RUN_ENDED = Words("上机开始", "the start of the run"), Words("上机结束", "its end")
TESTED, TOO_LONG_AGO = (
    Words("自测", "the test"),
    Words("可填报的最早时间", "the earliest that is taken"),
)
PACKED = Words("装箱", "packing")


class TimesOutOfOrder(Incorrect):
    """The times are out of order: {later} lies before {earlier}. Look at both."""

    zh = "时间顺序有误：“{later}”早于“{earlier}”，请核对两个时间。"


class TooManyRecords(Incorrect):
    """At most {most} records are taken at once; there are {count}."""

    zh = "一次最多上传 {most} 条记录，实际 {count} 条。"


class BoxUnknown(NotFound):
    """There is no box {code}, or it is not for you to see."""

    zh = "没有转运箱 {code}，或您无权查看。"


class IncidentUnknown(NotFound):
    """There is no such incident, or it is not for you to see."""

    zh = "没有该异常记录，或您无权查看。"


class PassUnknown(NotFound):
    """Nobody holds this pass, or it has ended."""

    zh = "通行码不存在或已失效。"


class PlanUnknown(NotFound):
    """There is no such plan, or it is not for you to see."""

    zh = "没有该方案，或您无权查看。"


class PlateUnknown(NotFound):
    """There is no such plate, or it is not of your laboratory."""

    zh = "没有该检测板，或不属于您的实验室。"


class PoolUnknown(NotFound):
    """There is no such follow-up, or it is not for you to see."""

    zh = "没有该混管追踪，或您无权查看。"


class RoundUnknown(NotFound):
    """There is no such round, or it is not for you to see."""

    zh = "没有该轮次，或您无权查看。"


class SiteUnknown(NotFound):
    """There is no such sampling site, or it is not for you to see."""

    zh = "没有该采样点，或您无权查看。"


class ShiftUnknown(NotFound):
    """There is no such shift, or it is not for you to see."""

    zh = "没有该班次，或您无权查看。"


class TripUnknown(NotFound):
    """There is no such trip, or it is not for you to see."""

    zh = "没有该趟次，或您无权查看。"


class TubeUnknown(NotFound):
    """There is no tube {code}, or it is not for you to see."""

    zh = "没有采样管 {code}，或您无权查看。"


class AlreadyBooked(Conflict):
    """A place is booked already, at {slot}. Cancel it first."""

    zh = "已预约 {slot}，请先取消。"


class AlreadySampled(Conflict):
    """This person was sampled in this round already, in tube {tube}. Give a reason to sample again."""

    zh = "该人员本轮已采样（采样管 {tube}）。如需重采，请填写原因。"


class BoxTaken(Conflict):
    """The box code {code} was used before, with other tubes. Take another box label."""

    zh = "转运箱编码 {code} 已使用且内容不同，请更换箱码。"


STATES = {
    "planned": Words("未开始", "planned"),
    "open": Words("进行中", "open"),
    "closed": Words("已结束", "closed"),
    "packed": Words("已装箱", "packed"),
    "travelling": Words("转运中", "on its way"),
    "received": Words("已接收", "received"),
    "differs": Words("数量不符", "received with a difference"),
    "signed": Words("已签字", "signed"),
    "settled": Words("已处理", "settled"),
    "waiting": Words("待检测", "waiting"),
    "without a kept record": Words("没有留存记录", "without a kept record"),
    "not linkable": Words("不能关联", "not to be linked"),
    "reviewed: test the tube again": Words(
        "已审核，请重新检测该管", "reviewed: test the tube again"
    ),
    "tube_used_twice": Words("采样管重复使用", "the tube used twice"),
    "tube_overfilled": Words("采样管超员", "the over-filled tube"),
    "tube_unreadable": Words("管码无法识别", "the unreadable label"),
    "person_twice": Words("同一人两管", "the person in two tubes"),
    "person_unknown": Words("人员未识别", "the unknown person"),
    "times_out_of_order": Words("时间顺序有误", "the times out of order"),
    "tube_unknown": Words("未知采样管", "the unknown tube"),
    "tube_already_settled": Words("已有结果的管", "the tube with a result"),
    "tube_not_received": Words("未接收的管", "the tube not received"),
    "box_differs": Words("转运箱不符", "the box that differs"),
}


class NotInThisState(Conflict):
    """{what} is {state}, so this cannot be done with it now."""

    zh = "{what} 当前为“{state}”状态，不能执行此操作。"
    names = STATES


LIMITS = {
    "nothing to assign, or no capacity": Words(
        "没有待分配的样本，或实验室没有检测能力", "nothing to assign, or no capacity"
    ),
    "a site reaches no laboratory within the limit of the road": Words(
        "有采样点在车程上限内没有实验室",
        "a site reaches no laboratory within the limit of the road",
    ),
    "the laboratories in reach cannot take all boxes": Words(
        "车程内的实验室检测能力不足", "the laboratories in reach cannot take all boxes"
    ),
}


class PlanImpossible(Conflict):
    """No plan keeps the limits: {reason}"""

    zh = "没有满足限制的方案：{reason}"
    names = LIMITS


class PlateTaken(Conflict):
    """The plate {code} was imported before with another file. Give the run a code of its own."""

    zh = "检测板 {code} 已导入过其他文件，请使用新的板号。"


class ReviewerIsOperator(Conflict):
    """Who ran a plate cannot review it: ask a colleague."""

    zh = "检测人员不能审核本人的检测板，请由同事审核。"


class ShiftOverlaps(Conflict):
    """This person stands in a lane at that time already. End that shift first."""

    zh = "该人员该时段已有排班，请先取消原班次。"


class SlotFull(Conflict):
    """All places at {slot} are booked. Choose another time."""

    zh = "{slot} 的预约已满，请选择其他时间。"


class TooManyTests(Conflict):
    """At most {most} antigen tests are reported with one pass in a day."""

    zh = "同一通行码一天最多上报 {most} 次抗原结果。"


class TripTaken(Conflict):
    """Somebody else drives this trip."""

    zh = "该趟次已由他人承运。"


class TubeFull(Conflict):
    """The tube {code} holds {most} already: close it and take a new one."""

    zh = "采样管 {code} 已满 {most} 人，请封管后换新管。"


class TubeTaken(Conflict):
    """The tube {code} was used before: put it aside and take a new one."""

    zh = "采样管 {code} 已使用过，请另取新管。"
