"""What family refuses.

Incorrect
├── PowersMissing
├── EvidenceUnknown
├── PeriodUnfit
├── ActsForHimself
├── HolderNotNamed
└── HolderTooYoung
Forbidden
└── NotYourFamily
NotFound
└── AuthorityNotFound
Conflict
├── AuthorityStands
├── AuthorityChanged
├── AuthorityOver
├── TooOldForThis
└── PersonGone
"""

from kangmai.kernel.errors import Conflict, Forbidden, Incorrect, NotFound


class PowersMissing(Incorrect):
    """Say what the person may do: {known}."""

    zh = "请选择授权事项：{known}。"


class EvidenceUnknown(Incorrect):
    """'{evidence}' is no proof of this kind of authority; there are: {known}."""

    zh = "“{evidence}”不是此类关系的证明材料，可选：{known}。"


class PeriodUnfit(Incorrect):
    """An authorisation ends on a day after today and at most {years} years from now."""

    zh = "授权须有截止日期，晚于今天且不超过{years}年。"


class ActsForHimself(Incorrect):
    """Nobody needs authority over himself."""

    zh = "不能为本人设置代办人。"


class HolderNotNamed(Incorrect):
    """No resident has this index number and this name together. Read both from the person's card."""

    zh = "主索引号与姓名不一致，请按对方的健康卡核对。"


class HolderTooYoung(Incorrect):
    """Somebody who acts for others must be at least {years} years old."""

    zh = "代办人须年满{years}周岁。"


class NotYourFamily(Forbidden):
    """You may not act for this resident: there is no such authority, or it has ended."""

    zh = "您没有代该居民办理的授权，或授权已结束。"


class AuthorityNotFound(NotFound):
    """There is no such authority, or it is not for you to see."""

    zh = "没有这项授权，或您无权查看。"


class AuthorityStands(Conflict):
    """The same person may act for this resident already; end that first."""

    zh = "该人员已有代办授权；如需更改，请先结束原授权。"


class AuthorityChanged(Conflict):
    """The authority was changed meanwhile (version {current}, yours {expected}). Load it again."""

    zh = "授权已被修改（当前版本 {current}，您的版本 {expected}），请重新打开。"


class AuthorityOver(Conflict):
    """This authority has ended already."""

    zh = "该授权已结束。"


class TooOldForThis(Conflict):
    """With this proof only somebody under {years} has a guardian; for an adult there must be a decision of a court."""

    zh = "凭此材料只能为未满{years}周岁者登记监护；成年人须有法院认定。"


class PersonGone(Conflict):
    """One of the two has died or was merged into another."""

    zh = "其中一方已登记死亡或已合并。"
