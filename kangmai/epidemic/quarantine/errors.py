"""What quarantine refuses.

Incorrect
├── ReasonMissing
├── StepUnknown
└── TimesOutOfOrder
NotFound
├── StayUnknown
└── TripUnknown
Conflict
├── AlreadyHoused
├── AlreadyOnTheWay
├── ExposuresDiffer
├── NotFollowed
├── NotInThisState
├── NotReleased
└── StageNotOver
"""

from kangmai.kernel.errors import Conflict, Incorrect, NotFound
from kangmai.kernel.words import Words


class ReasonMissing(Incorrect):
    """Say why, or to whom the person was handed over."""

    zh = "请填写原因或交接单位。"


class StepUnknown(Incorrect):
    """There is no such step."""

    zh = "没有这一操作。"


class TimesOutOfOrder(Incorrect):
    """The time {said} lies in the future or before {before}. Enter when it happened."""

    zh = "时间 {said} 晚于现在或早于 {before}，请按实际时间填写。"


class StayUnknown(NotFound):
    """There is no such stay, or it is not for you to see."""

    zh = "没有该入住记录，或您无权查看。"


class TripUnknown(NotFound):
    """There is no such trip, or it is not for you to see."""

    zh = "没有该转运任务，或您无权查看。"


class AlreadyHoused(Conflict):
    """This person has a room already. Move the person instead."""

    zh = "该人员已有房间，请办理换房。"


class AlreadyOnTheWay(Conflict):
    """An ambulance is under way for this person. Call it off before another is sent."""

    zh = "已有救护车正在转运该人员，如需改派请先取消原任务。"


class ExposuresDiffer(Conflict):
    """Room {room} holds somebody who was exposed elsewhere. People of different exposures share a room only if one cares for the other."""

    zh = "{room} 房内人员的暴露来源不同。不同暴露来源的人员不得同住，照护者除外。"


STATES = {
    "expected": Words("待入住", "expected"),
    "staying": Words("在住", "staying"),
    "left": Words("已离开", "left"),
    "cancelled": Words("已取消", "taken back"),
    "arrived": Words("已接到人员", "with the patient"),
    "handed over": Words("已交接", "handed over"),
    "disinfected": Words("已消毒", "disinfected"),
    "over": Words("已结束", "over"),
    "found": Words("待判定", "not judged yet"),
    "followed": Words("管理中", "followed"),
    "released": Words("已解除", "released"),
    "positive": Words("已转为病例", "a case"),
    "dropped": Words("已排除", "excluded"),
}


class NotFollowed(Conflict):
    """This person is not followed as a contact (state: {state}), so no room can be assigned."""

    zh = "该人员当前不是管理中的接触者（状态：{state}），不能安排房间。"
    names = STATES


class NotInThisState(Conflict):
    """It is '{state}' now, so this cannot be done."""

    zh = "当前状态为“{state}”，不能执行此操作。"
    names = STATES


class NotReleased(Conflict):
    """Tracing has not released this person yet. Release the contact first, or say how else the person leaves."""

    zh = "该人员尚未解除隔离，请先在流调中解除，或选择其他离开方式。"


class StageNotOver(Conflict):
    """The days in a quarantine site last up to and including {until}."""

    zh = "集中隔离期至 {until}（含当日），尚未结束。"
