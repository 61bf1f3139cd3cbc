"""What the clinic refuses, by name.

Incorrect: VaccineUnknown, QuestionUnknown, SiteUnknown, TemperatureUnlikely, TraceCodeUnreadable, CodeTwice,
    DosesWrong, BeforeBirth, InTheFuture, ParticularsUnlikely, ReasonMissing, NothingChosen, KindUnknown, ReactionUnknown, OnsetBeforeDose,
    ClassUnknown, RowsUnreadable, BatchTooLarge
Forbidden: LoggerRefused
Conflict: StillHere, WrongStep, Blocked, NotConfirmed, ObservationRuns, CodeKnown, LotDiffers, CodeOfOtherProduct,
    Expired, NotThere, KeyReused, DoseOnRecord, SamePerson, WasDecided, WasRecalled, NotAlive, WrongState, NameTaken
NotFound: VisitNotFound, FridgeNotFound, PackageUnknown, LotNotFound, BreachNotFound, AefiNotFound, DeferralNotFound,
    DoseNotFound, LoggerNotFound
"""

from kangmai.kernel.errors import Conflict, Forbidden, Incorrect, NotFound
from kangmai.programmes.vaccination.types import Block


class VaccineUnknown(Incorrect):
    """'{vaccine}' is not the code of a vaccine."""

    zh = "“{vaccine}”不是疫苗代码。"


class QuestionUnknown(Incorrect):
    """'{question}' is no reason of the pre-check."""

    zh = "“{question}”不是预检问题。"


class SiteUnknown(Incorrect):
    """'{value}' is not a site or route of injection."""

    zh = "“{value}”不是接种部位或途径。"


class TemperatureUnlikely(Incorrect):
    """{celsius} °C cannot be right here; it must lie between {low} and {high}."""

    zh = "{celsius} ℃ 不合理，应在 {low} 至 {high} 之间。"


class TraceCodeUnreadable(Incorrect):
    """A traceability code has {digits} digits; “{code}” cannot be read. Scan it again, or type the digits below the bars."""

    zh = "追溯码应为 {digits} 位数字，“{code}”未能识别。请重新扫描，或输入条码下方的数字。"


class CodeTwice(Incorrect):
    """The code that ends in {tail} stands there twice."""

    zh = "尾号 {tail} 的追溯码重复。"


class DosesWrong(Incorrect):
    """A package holds 1 to {most} doses."""

    zh = "每个包装应为 1 至 {most} 剂次。"


class BeforeBirth(Incorrect):
    """{day} is before the birth. Look at the certificate again; nothing was stored."""

    zh = "{day} 早于出生日期，请核对接种证；未保存。"


class InTheFuture(Incorrect):
    """{when} has not come yet."""

    zh = "{when} 尚未到来。"


class ParticularsUnlikely(Incorrect):
    """{value} cannot be right here; it must lie between {low} and {high}."""

    zh = "{value} 不合理，应在 {low} 至 {high} 之间。"


class ReasonMissing(Incorrect):
    """Say why."""

    zh = "请填写原因。"


class NothingChosen(Incorrect):
    """Choose at least one."""

    zh = "请至少选择一项。"


class KindUnknown(Incorrect):
    """'{kind}' is not a kind of cold place."""

    zh = "“{kind}”不是冷链设备类型。"


class ReactionUnknown(Incorrect):
    """'{code}' is not in the list of reactions."""

    zh = "“{code}”不在反应目录中。"


class OnsetBeforeDose(Incorrect):
    """The reaction began on {onset}, before the vaccination of {vaccinated_on}: mend one of the two days."""

    zh = "反应发生日 {onset} 早于接种日 {vaccinated_on}，请核对两个日期。"


class ClassUnknown(Incorrect):
    """'{code}' is not a class of an adverse event."""

    zh = "“{code}”不是反应分类。"


class RowsUnreadable(Incorrect):
    """Line {line}, {column}: {value} cannot be read. Nothing was taken in."""

    zh = "第 {line} 行“{column}”：{value} 无法识别；未导入任何数据。"


class StillHere(Conflict):
    """This person is in the clinic already, with number {number}."""

    zh = "该受种者今日已登记，排队号 {number}。"


class BatchTooLarge(Incorrect):
    """Send at most {most} readings at once."""

    zh = "每次最多上传 {most} 条温度记录。"


class LoggerRefused(Forbidden):
    """This token is not one of a logger that may send. Register the logger anew."""

    zh = "该令牌不属于可上传的温度记录仪，请重新登记设备。"


class LoggerNotFound(NotFound):
    """There is no such logger at your cold places."""

    zh = "您的冷链设备中没有该温度记录仪。"


class WrongStep(Conflict):
    """This cannot be done now: the visit stands at '{step}'. Open it again to see what is next."""

    zh = "当前步骤为“{step}”，不能执行此操作；请刷新后查看下一步。"


class Blocked(Conflict):
    """Not to be given: {reasons}"""

    zh = "不可接种：{reasons}"

    def __init__(self, blocks: tuple[Block, ...]) -> None:
        self.blocks = blocks
        super().__init__(reasons="; ".join(each.words.en for each in blocks))

    def message(self, language: str) -> str:
        """Every reason in one line."""
        said = "；" if language.startswith("zh") else "; "
        reasons = said.join(each.words.in_language(language) for each in self.blocks)
        return (self.zh if language.startswith("zh") else self.__doc__ or "").format(
            reasons=reasons
        )


class NotConfirmed(Conflict):
    """Go through the checks and confirm every one before the injection."""

    zh = "注射前须逐项完成并确认“三查七对一验证”。"


class ObservationRuns(Conflict):
    """The observation lasts until {until}. Who leaves earlier must have a reason."""

    zh = "留观至 {until}；提前离开须填写原因。"


class CodeKnown(Conflict):
    """The code that ends in {tail} was received already."""

    zh = "尾号 {tail} 的追溯码已入库。"


class LotDiffers(Conflict):
    """Lot {lot} is known with another vaccine or expiry date. Compare the delivery note with the package."""

    zh = "批号 {lot} 已登记为其他疫苗或效期，请核对随货单与包装。"


class CodeOfOtherProduct(Conflict):
    """Codes that begin like the one ending in {tail} stand on another vaccine."""

    zh = "尾号 {tail} 的追溯码前段对应其他疫苗，请核对。"


class Expired(Conflict):
    """Lot {lot} expired on {day}."""

    zh = "批号 {lot} 已于 {day} 过期。"


class NotThere(Conflict):
    """There are not that many doses: {available} are there, {wanted} were asked for."""

    zh = "剂次不足：现有 {available}，需要 {wanted}。"


class KeyReused(Conflict):
    """This form was sent before with other content. Open it again."""

    zh = "该表单已用其他内容提交过，请重新打开。"


class DoseOnRecord(Conflict):
    """A dose of {vaccine} on {day} is on record already."""

    zh = "{day} 的 {vaccine} 已有记录。"


class SamePerson(Conflict):
    """Another person must decide than the one who wrote the temperature down."""

    zh = "须由登记温度以外的另一人作出处置决定。"


class WasDecided(Conflict):
    """This was decided already."""

    zh = "已作出处置决定。"


class WasRecalled(Conflict):
    """Lot {lot} was recalled already."""

    zh = "批号 {lot} 已召回。"


class NotAlive(Conflict):
    """The resident has died."""

    zh = "该居民已死亡。"


class WrongState(Conflict):
    """This card stands at '{state}'; that cannot be done now."""

    zh = "该报告卡状态为“{state}”，不能执行此操作。"


class NameTaken(Conflict):
    """There is a cold place of this name already."""

    zh = "已有同名冷链设备。"


class VisitNotFound(NotFound):
    """There is no such visit, or it is not for you to see."""

    zh = "没有找到该次接种登记，或无权查看。"


class FridgeNotFound(NotFound):
    """There is no such cold place, or it is not for you to see."""

    zh = "没有找到该冷链设备，或无权查看。"


class PackageUnknown(NotFound):
    """No package with this code is here. Receive it first."""

    zh = "本单位没有该追溯码对应的疫苗，请先入库。"


class LotNotFound(NotFound):
    """There is no such lot."""

    zh = "没有找到该批号。"


class BreachNotFound(NotFound):
    """There is no such break of the cold chain, or it is not for you to see."""

    zh = "没有找到该冷链异常，或无权查看。"


class AefiNotFound(NotFound):
    """There is no such report card, or it is not for you to see."""

    zh = "没有找到该报告卡，或无权查看。"


class DeferralNotFound(NotFound):
    """There is no such deferral."""

    zh = "没有找到该缓种或禁忌登记。"


class DoseNotFound(NotFound):
    """This dose is not on record, or it is not yours to change."""

    zh = "没有找到该接种记录，或不属于本单位。"
