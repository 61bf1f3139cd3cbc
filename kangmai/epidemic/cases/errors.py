"""Everything that may be refused about case reports.

Incorrect   CardRefused, ReasonMissing, UnknownReason, DiagnosisInFuture, DeathImpossible, PeriodTooLong,
            ZeroForFuture, AreaUnreadable, PlaceNotThere
NotFound    CardNotFound, UnknownDisease, AssistanceNotFound, NoInvestigation
Conflict    CardChanged, NotInThisState, DuplicateCard, NotYetFinal, CasesOnThatDay, NotElsewhere,
            AssistanceDecided, NotAResident
Forbidden   MayNotOpen
"""

from kangmai.epidemic.cases.types import Fault
from kangmai.kernel.errors import Conflict, Forbidden, Incorrect, NotFound


class CardRefused(Incorrect):
    """The card cannot be submitted yet: {count} fields must be looked at."""

    zh = "报告卡还不能提交：有 {count} 处需要处理。"

    def __init__(self, *, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__(count=len(faults), fields=", ".join(each.field for each in faults))


class ReasonMissing(Incorrect):
    """Say why: a reason is needed here."""

    zh = "请填写原因。"


class UnknownReason(Incorrect):
    """“{reason}” is none of the reasons there are: {known}."""

    zh = "没有“{reason}”这一原因；可选：{known}。"


class DiagnosisInFuture(Incorrect):
    """The diagnosis is dated {diagnosed_at}, after now. Give the time at which it was made."""

    zh = "诊断时间 {diagnosed_at} 晚于现在，请填写实际诊断时间。"


class DeathImpossible(Incorrect):
    """A death on {died_on} does not fit: it must lie between onset ({onset_on}) and today."""

    zh = "死亡日期 {died_on} 不合理：应在发病日期（{onset_on}）与今天之间。"


class PeriodTooLong(Incorrect):
    """The period from {period_from} to {period_to} must be at least a day and at most {most_days} days."""

    zh = "{period_from} 至 {period_to} 的期间应为 1 至 {most_days} 天。"


class ZeroForFuture(Incorrect):
    """A zero report is for a day that has begun and lies at most {days} days back; {day} is not."""

    zh = "零报告只能填写今天或最近 {days} 天内的日期，{day} 不在其中。"


class AreaUnreadable(Incorrect):
    """“{area}” is no division code: 4 to 12 figures are expected."""

    zh = "“{area}”不是区划代码，应为 4 至 12 位数字。"


class PlaceNotThere(Incorrect):
    """Choose a place of the list, or say that it is not listed."""

    zh = "请在列表中选择场所，或标为“未登记”。"


class CardNotFound(NotFound):
    """There is no such card, or it is not for you to see."""

    zh = "没有找到该报告卡，或您无权查看。"


class UnknownDisease(NotFound):
    """On {on} there was no notifiable disease with the code “{code}”."""

    zh = "{on} 没有代码为“{code}”的报告病种。"


class AssistanceNotFound(NotFound):
    """There is no such request, or it is not for your county."""

    zh = "没有找到该协查请求，或不属于您的辖区。"


class CardChanged(Conflict):
    """Somebody changed the card meanwhile (version {current}, you saw {expected}). Look at it again."""

    zh = "报告卡已被他人更改（当前版本 {current}，您看到的是 {expected}），请重新查看。"


class NotInThisState(Conflict):
    """This cannot be done with a card that is “{state}”."""

    zh = "报告卡处于“{state}”状态，不能执行该操作。"


class DuplicateCard(Conflict):
    """Card {number} reports the same person with this disease already. Correct that card, or say that this is another case."""

    zh = "报告卡 {number} 已报告同一人的该病种；请订正该卡，或说明这是另一次患病。"


class NotYetFinal(Conflict):
    """A suspected case is confirmed, changed or removed before its final review."""

    zh = "疑似病例须先订正为临床诊断或确诊病例，或排除删除后，才能终审。"


class CasesOnThatDay(Conflict):
    """{cards} cards were reported on {day}: it was not a day without cases."""

    zh = "{day} 已报告 {cards} 张卡，不能作零报告。"


class NotElsewhere(Conflict):
    """The case lives in the county that reported it: there is nobody else to ask."""

    zh = "病例现住址即报告县区，无需协查。"


class AssistanceDecided(Conflict):
    """This request was decided already."""

    zh = "该协查请求已处理。"


class MayNotOpen(Forbidden):
    """HIV and STD cards are opened by those who are charged with them. Ask the HIV and STD worker of your institution or county."""

    zh = "艾滋病、性病报告卡只能由专门负责人员打开，请联系本单位或本县区艾滋病性病防治人员。"


class NoInvestigation(NotFound):
    """There is no form to investigate a case of {disease}. Write it down with the event."""

    zh = "没有 {disease} 的个案调查表，请在事件中记录。"


class NotAResident(Conflict):
    """The case is not linked to a resident of this city, so its answers have no record to go to."""

    zh = "该病例未关联本市居民，调查结果没有可保存的档案。"
