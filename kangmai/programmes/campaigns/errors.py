"""What campaigns refuse, by name.

Incorrect: RuleNotInForce, OutsideTheRule, DatesWrong, AreaUnknown, TitleMissing, ListUnreadable, NobodyChosen,
    RefusalUnknown, ConsentWrong, SchoolUnknown, DayOutside, HoursWrong
Conflict: CampaignClosed, PlanTooLarge, NobodyToPlan, SessionOver, NotToday, HasRefused, NotAgreed
NotFound: CampaignNotFound, SessionNotFound, TargetNotFound, EntrantNotFound
"""

from kangmai.kernel.errors import Conflict, Incorrect, NotFound


class RuleNotInForce(Incorrect):
    """There is no rule '{rule}' for a campaign that begins on {day}."""

    zh = "{day} 开始的群体接种没有可用的规则“{rule}”。"


class OutsideTheRule(Incorrect):
    """{field}: the rule of this campaign is for {allowed}."""

    zh = "{field}：该规则的对象为 {allowed}。"


class DatesWrong(Incorrect):
    """The campaign must end on or after the day it begins, and within {days} days."""

    zh = "结束日期不得早于开始日期，且不超过 {days} 天。"


class AreaUnknown(Incorrect):
    """'{place}' is not a division of your area."""

    zh = "“{place}”不在您的辖区内。"


class TitleMissing(Incorrect):
    """Give the campaign a name."""

    zh = "请填写名称。"


class ListUnreadable(Incorrect):
    """Line {line}: {what}. Nothing was taken in."""

    zh = "第 {line} 行：{what}；未导入任何数据。"


class NobodyChosen(Incorrect):
    """Choose at least one person."""

    zh = "请至少选择一人。"


class RefusalUnknown(Incorrect):
    """Say why it was refused."""

    zh = "请选择拒绝原因。"


class ConsentWrong(Incorrect):
    """The day of an answer lies between the beginning of the asking and today."""

    zh = "填写的知情同意日期不得晚于今天。"


class SchoolUnknown(Incorrect):
    """'{code}' is not the code of a school in your area."""

    zh = "“{code}”不是辖区内的学校编码。"


class DayOutside(Incorrect):
    """{day} is outside the days of the campaign, {first} to {last}, or past."""

    zh = "{day} 不在接种时间 {first} 至 {last} 内，或已过去。"


class HoursWrong(Incorrect):
    """A session ends after it begins."""

    zh = "结束时间须晚于开始时间。"


class CampaignClosed(Conflict):
    """The campaign is closed; nothing is changed in it any more."""

    zh = "该群体接种已结束，不能再修改。"


class PlanTooLarge(Conflict):
    """{stations} stations give at most {most} doses in these hours."""

    zh = "{stations} 个接种台在此时段最多接种 {most} 剂。"


class NobodyToPlan(Conflict):
    """Nobody here has agreed and may have a dose by {day}."""

    zh = "截至 {day}，此处没有已同意且可接种的对象。"


class SessionOver(Conflict):
    """This session is over or was cancelled."""

    zh = "该场次已结束或取消。"


class NotToday(Conflict):
    """The session is on {day}; people are checked in on that day."""

    zh = "该场次日期为 {day}，当天方可登记。"


class HasRefused(Conflict):
    """The dose was refused. Record the new consent first."""

    zh = "已登记拒绝接种，请先登记新的知情同意。"


class NotAgreed(Conflict):
    """Consent is not recorded yet."""

    zh = "尚未登记知情同意。"


class CampaignNotFound(NotFound):
    """There is no such campaign in your area."""

    zh = "辖区内没有该群体接种。"


class SessionNotFound(NotFound):
    """There is no such session in your area."""

    zh = "辖区内没有该场次。"


class TargetNotFound(NotFound):
    """This person is not on the list of the campaign in your area."""

    zh = "该对象不在您辖区的接种名单中。"


class EntrantNotFound(NotFound):
    """Somebody chosen is not on a list of entrants that you see, or was checked already."""

    zh = "所选儿童不在您可见的新生名单中，或已查验。"
