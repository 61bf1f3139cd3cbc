"""What cards refuse.

Incorrect
├── PinUnfit
├── ReasonMissing
├── KeyListUnreadable
├── TooManyUses
└── SceneUnknown
Forbidden
└── NotYourCard
NotFound
└── CardNotFound
Conflict
├── CardAlreadyIssued
├── CardChanged
├── CardEnded
├── CardNotActive
├── CardNotSuspended
├── HolderGone
├── KeyReused
└── CityUnknown
Unavailable
└── AlgorithmUnavailable
"""

from kangmai.kernel.errors import Conflict, Forbidden, Incorrect, NotFound, Unavailable


class PinUnfit(Incorrect):
    """The password of a card has {digits} digits that are not all alike, do not count up or down, and are not the birth date."""

    zh = "卡密码须为 {digits} 位数字，不能全部相同、连续递增或递减，也不能是出生日期。"


class ReasonMissing(Incorrect):
    """Say in a few words why; the holder reads it."""

    zh = "请简要说明理由，持卡人可以看到。"


class KeyListUnreadable(Incorrect):
    """{place} is no list of card keys: take it anew from /api/cards/keys or `kangmai card keys`."""

    zh = "{place} 不是有效的验码公钥表；请从 /api/cards/keys 或 `kangmai card keys` 重新获取。"


class TooManyUses(Incorrect):
    """{count} uses at once; send at most {most}."""

    zh = "一次上传了 {count} 条，最多 {most} 条。"


class SceneUnknown(Incorrect):
    """'{scene}' is no scene of use; there are: {known}."""

    zh = "没有“{scene}”这一用卡环节，可用：{known}。"


class NotYourCard(Forbidden):
    """This card is neither yours nor of somebody you may issue cards to."""

    zh = "这张卡不属于您本人，也不在您可办理的居民范围内。"


class CardNotFound(NotFound):
    """There is no such card, or it is not for you to see."""

    zh = "没有这张卡，或您无权查看。"


class CardAlreadyIssued(Conflict):
    """This resident holds the card {number} already; replace it if it is lost."""

    zh = "该居民已持有卡 {number}；如已遗失，请办理补卡。"


class CardChanged(Conflict):
    """The card was changed meanwhile (version {current}, yours {expected}). Load it again."""

    zh = "该卡已被修改（当前版本 {current}，您的版本 {expected}），请重新打开。"


class CardEnded(Conflict):
    """The card {number} is no longer in use."""

    zh = "卡 {number} 已停止使用。"


class CardNotActive(Conflict):
    """The card {number} is suspended; have it resumed or replaced first."""

    zh = "卡 {number} 已挂失；请先解除挂失或补卡。"


class CardNotSuspended(Conflict):
    """The card {number} is not suspended."""

    zh = "卡 {number} 没有挂失。"


class HolderGone(Conflict):
    """A resident who has died gets no card."""

    zh = "该居民已登记死亡，不能办卡。"


class KeyReused(Conflict):
    """This form was sent before for somebody else. Load the page again."""

    zh = "该表单已用于其他居民，请重新打开页面。"


class CityUnknown(Conflict):
    """No resident is registered yet, so it is not known for which city cards are issued."""

    zh = "尚未登记居民，无法确定发卡城市。"


class AlgorithmUnavailable(Unavailable):
    """The signature algorithm {algorithm} needs the library {library}: pip install {library}"""

    zh = "签名算法 {algorithm} 需要安装 {library}：pip install {library}"
