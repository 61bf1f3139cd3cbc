"""What can be wrong with a deed of monitoring."""

from kangmai.kernel.errors import Conflict, Forbidden, Incorrect, NotFound


class CardNotFound(NotFound):
    """There is no such card, or it is outside your area."""

    zh = "没有该报告卡，或不在您的管辖范围内。"


class ReviewNotFound(NotFound):
    """There is no such review, or it is not for you."""

    zh = "没有该评审，或不由您评审。"


class KindUnknown(NotFound):
    """There is no kind of card '{kind}'."""

    zh = "没有“{kind}”这种报告卡。"


class NotNamed(Incorrect):
    """No resident has this index number and this name. Read both from a document."""

    zh = "没有与此主索引号和姓名同时相符的居民，请按本人证件填写。"


class NotForThisPerson(Incorrect):
    """The card is for {who}; the resident named is not."""

    zh = "该报告卡的对象是{zh_who}，与所填居民不符。"


class BirthDiffers(Incorrect):
    """The child's day of birth on the card ({told}) is not that of the index ({known})."""

    zh = "报告卡的出生日期（{told}）与居民主索引（{known}）不一致。"


class CardRefused(Incorrect):
    """{reason}"""

    zh = "{zh_reason}"


class CardStands(Conflict):
    """There is a card of this already ({number}). Correct that one."""

    zh = "已有同一对象的报告卡（{number}），请在原卡上更正。"


class WrongState(Conflict):
    """The card is {state}; this cannot be done with it."""

    zh = "该报告卡当前状态为“{state}”，不能进行此操作。"


class OwnCard(Forbidden):
    """You wrote or checked this card; somebody else takes the next step."""

    zh = "该报告卡由您填报或审核，下一步须由他人办理。"


class KeyReused(Conflict):
    """This form was sent before for somebody else. Open it anew."""

    zh = "该表单已为其他对象提交过，请重新打开填写。"


class ReasonMissing(Incorrect):
    """Say in a few words why."""

    zh = "请简要说明理由。"


class NoReview(Incorrect):
    """Cards of this kind are not reviewed at a meeting."""

    zh = "此类报告卡不做评审。"


class LevelNotYours(Forbidden):
    """The review of this level is called by the {level}."""

    zh = "该级评审由{zh_level}组织。"


class LevelTooEarly(Conflict):
    """The level below has not concluded its review."""

    zh = "下一级评审尚未结束。"


class ReviewStands(Conflict):
    """A review of this level has been called already."""

    zh = "该级评审已组织。"


class ReviewOver(Conflict):
    """The review is concluded; opinions are closed."""

    zh = "评审已结束，不再接收意见。"


class TooFewOpinions(Conflict):
    """{found} of at least {least} opinions are there."""

    zh = "已有 {found} 份评审意见，至少需要 {least} 份。"


class OwnInstitution(Forbidden):
    """Your institution reported this death; other experts review it."""

    zh = "该病例由您所在机构报告，按回避原则由其他专家评审。"


class JudgementUnreadable(Incorrect):
    """'{value}' is no choice of the review."""

    zh = "评审分类中没有“{value}”。"


class MeetingDayWrong(Incorrect):
    """The day of the meeting ({day}) lies before the death or, for a conclusion, in the future."""

    zh = "评审日期（{day}）早于死亡日期，或结论日期晚于今天。"
