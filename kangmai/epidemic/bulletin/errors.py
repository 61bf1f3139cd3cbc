"""What bulletins refuse.

Incorrect
├── AuthorityMissing
└── ReasonMissing
Forbidden
├── RoleMissing
└── SameHand
NotFound
├── BulletinUnknown
├── FigureUnknown
└── OrderNotHere
Conflict
├── DraftWaits
├── KeyReused
├── NotInThisState
└── NotTheWholeArea
"""

from kangmai.kernel.errors import Conflict, Forbidden, Incorrect, NotFound
from kangmai.kernel.words import Words


class AuthorityMissing(Incorrect):
    """Outbreak figures are published only by who is authorized: name the authority and its document, or publish without them."""

    zh = "疫情数据须由有权机关授权公布：请填写授权机关和文号，或选择不公布疫情数据。"


class ReasonMissing(Incorrect):
    """Say why."""

    zh = "请填写原因。"


class RoleMissing(Forbidden):
    """Only these roles may do this: {roles}."""

    zh = "只有以下角色可以执行此操作：{roles}。"


class SameHand(Forbidden):
    """Who drafted a bulletin cannot sign it. Another person in another role does."""

    zh = "拟稿人不能签发；须由另一角色的另一人签发。"


class BulletinUnknown(NotFound):
    """There is no such bulletin, or it is not for you to see."""

    zh = "没有该日报，或您无权查看。"


class FigureUnknown(NotFound):
    """'{figure}' is no figure of the bulletin."""

    zh = "“{figure}”不是日报中的指标。"


class OrderNotHere(NotFound):
    """There is no such order in force, or it does not reach your places."""

    zh = "没有生效的该命令，或命令范围不在您的辖区。"


class DraftWaits(Conflict):
    """A draft of this day waits already. Sign it or give it back first."""

    zh = "当日已有待签发的草稿，请先签发或退回。"


class KeyReused(Conflict):
    """This form was sent before with other content. Load the page again."""

    zh = "该表单已提交过不同内容，请重新打开页面。"


STATES = {
    "draft": Words("草稿", "a draft"),
    "returned": Words("已退回", "given back"),
    "issued": Words("已签发", "signed"),
    "released": Words("已发布", "released"),
}


class NotInThisState(Conflict):
    """The bulletin is '{state}', so this cannot be done with it now."""

    zh = "日报当前状态为“{state}”，不能执行此操作。"
    names = STATES


class NotTheWholeArea(Conflict):
    """Your places are only a part of the order's area; its bulletin is written by who sees the whole."""

    zh = "您的辖区只是命令范围的一部分；日报由负责全部范围的人员拟稿和签发。"
