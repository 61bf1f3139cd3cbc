"""What capacity refuses.

Incorrect
├── AreaUnknown
├── BedsDoNotAdd
│   └── StaffedBeyondSetUp
├── KindUnknown
├── NameMissing
├── NothingReported
├── NumberUnreadable
└── ReasonMissing
NotFound
├── AmbulanceUnknown
├── FacilityUnknown
├── InstitutionUnknown
├── RoomUnknown
└── SiteUnknown
Conflict
├── AmbulanceThere
├── FacilityThere
├── NotInThisState
├── RoomFull
├── SiteInUse
└── SiteIsClosed
"""

from kangmai.kernel.errors import Conflict, Incorrect, NotFound
from kangmai.kernel.words import Words


class AreaUnknown(Incorrect):
    """'{area}' is no division of this city."""

    zh = "“{area}”不是本市的行政区划代码。"


class BedsDoNotAdd(Incorrect):
    """{ward}: occupied, reserved, disinfecting and blocked beds come to {used}, more than the {staffed} that are staffed."""

    zh = "{ward}：占用、预留、消毒、停用合计 {used} 张，多于可用（有医护）的 {staffed} 张。"


class StaffedBeyondSetUp(BedsDoNotAdd):
    """{ward}: {staffed} beds are staffed, more than the {set_up} that are set up."""

    zh = "{ward}：可用（有医护）床位 {staffed} 张，多于实际开设的 {set_up} 张。"


class NothingReported(Incorrect):
    """No ward was filled in: write the beds of at least one."""

    zh = "没有填写任何病区，请至少填写一类病区的床位。"


LISTS = {
    "rooms": Words("房间类型", "kinds of rooms"),
    "facilities": Words("机构类型", "kinds of facilities"),
    "wards": Words("病区类型", "kinds of wards"),
}


class KindUnknown(Incorrect):
    """'{kind}' is not in the list of {what}."""

    zh = "“{kind}”不在目录中（{what}）。"
    names = LISTS


class NameMissing(Incorrect):
    """Give it a name."""

    zh = "请填写名称。"


class NumberUnreadable(Incorrect):
    """'{number}' cannot be read. Give numbers of rooms as 301 or 301-320, up to {most} at once."""

    zh = "“{number}”无法识别。房间号请按 301 或 301-320 填写，一次最多 {most} 间。"


class ReasonMissing(Incorrect):
    """Say why."""

    zh = "请填写原因。"


class AmbulanceUnknown(NotFound):
    """There is no such ambulance, or it is not for you to see."""

    zh = "没有该救护车，或您无权查看。"


class FacilityUnknown(NotFound):
    """There is no such entry, or it is not for you to see."""

    zh = "没有该条目，或您无权查看。"


class InstitutionUnknown(NotFound):
    """There is no such institution ('{organization}'), or it is not for you to report for."""

    zh = "没有该机构（{organization}），或您无权为其报告。"


class RoomUnknown(NotFound):
    """There is no such room, or it is not for you to see."""

    zh = "没有该房间，或您无权查看。"


class SiteUnknown(NotFound):
    """There is no such quarantine site, or it is not for you to see."""

    zh = "没有该隔离点，或您无权查看。"


class AmbulanceThere(Conflict):
    """There is an ambulance '{call_sign}' already."""

    zh = "已有编号为“{call_sign}”的救护车。"


class FacilityThere(Conflict):
    """The institution is entered as this already."""

    zh = "该机构已登记为此类机构。"


STATES = {
    "free": Words("空闲", "free"),
    "reserved": Words("已预留", "reserved"),
    "occupied": Words("占用", "occupied"),
    "cleaning": Words("待消毒", "to disinfect"),
    "closed": Words("停用", "out of use"),
    "ready": Words("待命", "ready"),
    "out": Words("出车中", "on the way"),
    "disinfecting": Words("消毒中", "being disinfected"),
    "off": Words("停用", "out of use"),
    "open": Words("启用", "open"),
}


class NotInThisState(Conflict):
    """It is '{state}' now, so this cannot be done with it."""

    zh = "当前状态为“{state}”，不能执行此操作。"
    names = STATES


class RoomFull(Conflict):
    """Room {number} has {beds} beds, and all of them are taken."""

    zh = "{number} 房共 {beds} 个床位，已全部占用。"


class SiteInUse(Conflict):
    """{guests} people still have rooms here. They must leave before the site is closed."""

    zh = "仍有 {guests} 人在该隔离点，须全部离开后方可关闭。"


class SiteIsClosed(Conflict):
    """This quarantine site is closed."""

    zh = "该隔离点已关闭。"
