"""What venues refuse.

Incorrect
├── CaseNumberMissing
├── CodeIncorrect
├── DocumentUnfit
├── EvidenceMissing
├── FactsMissing
├── PersonsTooMany
├── PlaceUnknown
├── ReasonMissing
├── ReasonNotOnTheList
├── ScansUnreadable
├── VenueKindUnknown
└── WindowTooLong
Forbidden
├── AuthorityMissing
├── DeviceRefused
└── SecondPersonNeeded
NotFound
├── AppealUnknown
├── DecisionUnknown
├── DeviceUnknown
├── LookupUnknown
├── PersonUnknown
└── VenueUnknown
Conflict
├── AlreadyAnswered
├── AppealOpen
├── NotApproved
└── NothingToAppeal
Busy
└── IntakeBusy
"""

from kangmai.kernel.errors import Busy, Conflict, Forbidden, Incorrect, NotFound


class CaseNumberMissing(Incorrect):
    """Give the number of the case for which you ask; without it nobody's ways are shown."""

    zh = "请填写病例编号；没有病例编号不得查询任何人的行程。"


class CodeIncorrect(Incorrect):
    """This code cannot be read. Scan it again, or type the characters below it."""

    zh = "无法识别该码，请重新扫描，或输入码下方的字符。"


class DocumentUnfit(Incorrect):
    """The document number is not correct: {reason}"""

    zh = "证件号码有误：{reason}"


class EvidenceMissing(Incorrect):
    """Name the evidence: its kind ({kinds}) and where it can be read."""

    zh = "请填写依据：依据种类（{kinds}）及出处。"


class FactsMissing(Incorrect):
    """Still missing: {fields}."""

    zh = "还需填写：{fields}。"


class PersonsTooMany(Incorrect):
    """At most {most} people may be asked about at once."""

    zh = "一次最多查询 {most} 人。"


class PlaceUnknown(Incorrect):
    """'{place}' is no division of this city."""

    zh = "“{place}”不是本市的行政区划代码。"


class ReasonMissing(Incorrect):
    """Say why."""

    zh = "请填写原因。"


class ReasonNotOnTheList(Incorrect):
    """'{reason}' is not on the closed list of health reasons. A colour is never given for anything else."""

    zh = "“{reason}”不在健康原因清单内。不得因其他任何理由赋色。"


class ScansUnreadable(Incorrect):
    """The scans cannot be read: {reason}."""

    zh = "扫码数据无法读取：{reason}。"


class VenueKindUnknown(Incorrect):
    """There is no kind of venue '{kind}'."""

    zh = "没有“{kind}”这一场所类型。"


class WindowTooLong(Incorrect):
    """At most {days} days can be asked about, and the end must come after the start."""

    zh = "一次最多查询 {days} 天，且结束须晚于开始。"


class AuthorityMissing(Forbidden):
    """Your role may not decide for the reason '{reason}'."""

    zh = "您的角色无权就“{reason}”作出决定。"


class DeviceRefused(Forbidden):
    """This device is not registered, or its registration was revoked."""

    zh = "该设备未登记或已注销。"


class SecondPersonNeeded(Forbidden):
    """Another person must approve what you proposed."""

    zh = "须由另一人复核您提出的申请。"


class AppealUnknown(NotFound):
    """There is no such appeal, or it is not for you to see."""

    zh = "没有该申诉，或您无权查看。"


class DecisionUnknown(NotFound):
    """There is no such decision, or it is not for you to see."""

    zh = "没有该赋色决定，或您无权查看。"


class DeviceUnknown(NotFound):
    """There is no such device, or it is not for you to see."""

    zh = "没有该设备，或您无权查看。"


class LookupUnknown(NotFound):
    """There is no such question, or it is not for you to see."""

    zh = "没有该查询申请，或您无权查看。"


class PersonUnknown(NotFound):
    """Nobody is registered under this pass, or not in your area."""

    zh = "没有此通行码对应的登记，或不在您的辖区。"


class VenueUnknown(NotFound):
    """There is no such venue, or it is not in your area."""

    zh = "没有该场所，或不在您的辖区。"


class AlreadyAnswered(Conflict):
    """This has been decided already."""

    zh = "该事项已处理。"


class AppealOpen(Conflict):
    """An appeal against this colour is open already."""

    zh = "针对该赋色的申诉正在处理中。"


class NotApproved(Conflict):
    """This question has not been approved, or the approval is older than {hours} hours."""

    zh = "该查询尚未获批准，或批准已超过 {hours} 小时。"


class NothingToAppeal(Conflict):
    """This code is green: there is nothing to appeal against."""

    zh = "该码为绿色，无需申诉。"


class IntakeBusy(Busy):
    """Too many scans at once. Keep them and send them again in a moment; none is doubled."""

    zh = "扫码过于集中，请保留数据稍后重传，不会重复计入。"
