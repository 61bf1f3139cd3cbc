"""What venues refuse.

Incorrect
├── ArrivalTimeWrong
├── CaseNumberMissing
├── CaseNumberUnknown
├── CodeIncorrect
├── DocumentUnfit
├── EvidenceMissing
├── FactsMissing
├── LoginUnknown
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
├── ArrivalUnknown
├── ClerkUnknown
├── DecisionUnknown
├── DeskUnknown
├── DeviceUnknown
├── LookupUnknown
├── NotYourCell
├── PersonUnknown
└── VenueUnknown
Conflict
├── AlreadyAnswered
├── AlreadyHere
├── AlreadyLeft
├── AppealOpen
├── DocumentOfAnother
├── NoDeskThere
├── NotApproved
└── NothingToAppeal
Busy
└── IntakeBusy
"""

from kangmai.kernel.errors import Busy, Conflict, Forbidden, Incorrect, NotFound


class ArrivalTimeWrong(Incorrect):
    """Somebody arrives not in the future and not more than seven days ago, and leaves after that."""

    zh = "到达时间不能晚于现在、不能早于七天前，离开时间须在到达之后且不晚于现在。"


class CaseNumberMissing(Incorrect):
    """Give the number of the case for which you ask; without it nobody's ways are shown."""

    zh = "请填写病例编号；没有病例编号不得查询任何人的行程。"


class CaseNumberUnknown(Incorrect):
    """No case {number} is investigated where you work, under an order in force. Check the number, or begin the investigation first."""

    zh = "您的工作区域内没有正在依令流调的病例“{number}”。请核对编号，或先开始该病例的流调。"


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


class LoginUnknown(Incorrect):
    """There is no account of this name. Let the administrator open one with the role of a registrar first."""

    zh = "没有该登录名，请先由管理员开立登记员账号。"


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


class ClerkUnknown(NotFound):
    """Nobody stands at a desk of yours under this number."""

    zh = "您管理的登记台没有此登记员。"


class DeskUnknown(NotFound):
    """There is no such desk, or you neither stand at it nor look after its place."""

    zh = "没有该登记台，或您既不在此登记台、也不负责其所在辖区。"


class ArrivalUnknown(NotFound):
    """There is no such arrival at your desk."""

    zh = "您的登记台没有这条到达记录。"


class DeviceUnknown(NotFound):
    """There is no such device, or it is not for you to see."""

    zh = "没有该设备，或您无权查看。"


class LookupUnknown(NotFound):
    """There is no such question, or it is not for you to see."""

    zh = "没有该查询申请，或您无权查看。"


class NotYourCell(NotFound):
    """You do not look after this grid. Choose one of yours, or ask the township to appoint you."""

    zh = "该网格不由您负责，请选择本人负责的网格，或请乡镇（街道）委派。"


class PersonUnknown(NotFound):
    """Nobody is registered under this pass, or not in your area."""

    zh = "没有此通行码对应的登记，或不在您的辖区。"


class VenueUnknown(NotFound):
    """There is no such venue, or it is not in your area."""

    zh = "没有该场所，或不在您的辖区。"


class AlreadyHere(Conflict):
    """Whoever holds this document is here already; write down that he left first, or change his room."""

    zh = "该证件持有人已登记在此，请先登记离开，或更换房间。"


class AlreadyLeft(Conflict):
    """It was written down already that this person left."""

    zh = "此人已登记离开。"


class DocumentOfAnother(Conflict):
    """This document is registered under another name. Compare it with the card; if the name is right, send the person to the registration desk of the community."""

    zh = "该证件已以其他姓名登记，请核对证件；若姓名无误，请本人到社区登记点处理。"


class NoDeskThere(Conflict):
    """Arrivals are registered at hotels and ports only; this venue is of another kind, or closed."""

    zh = "仅宾馆和口岸（车站、码头、检查站）设登记台，该场所类型不符或已关闭。"


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
