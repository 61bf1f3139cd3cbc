"""What orders refuse.

Incorrect
├── AreaUnknown
├── BasisMissing
├── DiseaseUnknown
├── EditionUnknown
├── NothingOrdered
├── OrderTooLong
├── PeriodWrong
├── ReasonMissing
├── RetentionTooLong
└── StartsInThePast
Forbidden
├── SecondRoleNeeded
└── SignsTwice
NotFound
└── OrderUnknown
Conflict
├── DrillDuringOrder
├── ExtensionUnfit
├── NoOrderInForce
├── NotInThisPhase
├── OrderChanged
└── OrderKeyReused
"""

from kangmai.kernel.errors import Conflict, Forbidden, Incorrect, NotFound


class AreaUnknown(Incorrect):
    """'{area}' is no division of this city. Name counties, towns or villages by their codes."""

    zh = "“{area}”不是本市的行政区划代码，请填写县区、乡镇街道或村社区代码。"


class BasisMissing(Incorrect):
    """Name the decision or law on which the order rests; the public will read it."""

    zh = "请写明命令依据的决定或法律条款，将向公众公示。"


class DiseaseUnknown(Incorrect):
    """No order can be given for '{disease}'. Choose a disease of the list."""

    zh = "“{disease}”不在可启动应急模式的疾病清单中，请从清单中选择。"


class EditionUnknown(Incorrect):
    """There is no edition '{edition}' of the rules. Choose one of the list."""

    zh = "没有“{edition}”这一防控方案版本，请从清单中选择。"


class EditionForDrills(Incorrect):
    """The edition '{edition}' shortens every step for an exercise. Choose another one, or mark the order as a drill."""

    zh = "“{edition}”版本为演练缩短了各步骤时限，正式命令不能使用；请选择其他版本，或将命令标为演练。"


class NothingOrdered(Incorrect):
    """Say what the order is called, what it is for (at least one purpose) and where (at least one area)."""

    zh = "请填写命令名称，并至少选择一项用途和一个区域。"


class OrderTooLong(Incorrect):
    """An order holds for at most {days} days. Extend it by a new order if it is still needed."""

    zh = "一份命令最长 {days} 天；到期仍需要的，另行签发延续命令。"


class PeriodWrong(Incorrect):
    """The end must come after the start."""

    zh = "结束时间必须晚于开始时间。"


class ReasonMissing(Incorrect):
    """Say why."""

    zh = "请填写原因。"


class RetentionTooLong(Incorrect):
    """Data may be kept for 0 to {days} days after the end."""

    zh = "结束后的数据保留期为 0 至 {days} 天。"


class StartsInThePast(Incorrect):
    """An order cannot begin before it is proposed; give a start that lies at most {minutes} minutes back."""

    zh = "命令不能早于提交时间生效，开始时间最多可早 {minutes} 分钟。"


class SecondRoleNeeded(Forbidden):
    """The second signature must come from another role than '{role}'."""

    zh = "第二个签署人必须具有不同于“{role}”的角色。"


class SignsTwice(Forbidden):
    """You have signed already; the second signature must be another person's."""

    zh = "您已签署，第二个签名须由另一人完成。"


class OrderUnknown(NotFound):
    """There is no such order, or it is not for you to see."""

    zh = "没有该命令，或您无权查看。"


class DrillDuringOrder(Conflict):
    """A drill cannot run where the order {number} is in force: its data would mix with real ones."""

    zh = "该区域正在执行命令 {number}，不能同时演练，以免数据混淆。"


class ExtensionUnfit(Conflict):
    """A new order extends {number} only if that one is signed, not erased, for the same disease and a common area, and both or neither are drills."""

    zh = "延续命令须针对已签署且数据尚未清除的 {number}，疾病相同，区域有交集，且同为演练或同为正式命令。"


class NoOrderInForce(Conflict):
    """Emergency mode is asleep: no signed order for this is in force here now."""

    zh = "应急模式处于休眠状态：此处当前没有为此签署的有效命令。"


class NotInThisPhase(Conflict):
    """The order {number} is {phase}, so this cannot be done with it now."""

    zh = "命令 {number} 当前为“{phase}”状态，不能执行此操作。"


class OrderChanged(Conflict):
    """The order was changed meanwhile (version {current}, yours was {expected}). Look at it again and repeat."""

    zh = "该命令已被修改（当前版本 {current}，您的版本 {expected}），请查看后重试。"


class OrderKeyReused(Conflict):
    """This form was sent before with other content. Load the page again."""

    zh = "该表单已提交过不同内容，请重新打开页面。"
