"""What the register of service points refuses.

Incorrect
├── FactsRefused
├── HolderWrong
├── PartnerWrong
├── DayWrong
├── TermMissing
├── NoteMissing
├── ItemUnknown
└── FormatUnknown
NotFound
├── KindUnknown
├── PointNotFound
└── FindingNotFound
Conflict
├── AlreadyThere
├── StateWrong
└── KeyReused
Forbidden
├── SameHand
└── OwnPoint
"""

from kangmai.kernel.errors import Conflict, Forbidden, Incorrect, NotFound
from kangmai.programmes.points.types import Fault


class FactsRefused(Incorrect):
    """What was given is not complete or not right: {first}"""

    zh = "填写内容不完整或有误：{first_zh}"

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(first=faults[0].en, first_zh=faults[0].zh)
        self.faults = tuple(faults)


class HolderWrong(Incorrect):
    """A service point of this kind is not held by '{holder}'. Choose one of the institutions or places offered."""

    zh = "“{holder}”不能设立这类服务点，请从所列机构或场所中选择。"


class PartnerWrong(Incorrect):
    """Name the medical institution of the agreement; '{partner}' is none that can make one."""

    zh = "请选择签约医疗机构；“{partner}”不能作为签约方。"


class DayWrong(Incorrect):
    """The day {day} does not fit: it must lie between {first} and {last}."""

    zh = "日期 {day} 不合适，应在 {first} 至 {last} 之间。"


class TermMissing(Incorrect):
    """Say until when it holds."""

    zh = "请填写到期日。"


class NoteMissing(Incorrect):
    """Say in a sentence what was done or found, without naming residents."""

    zh = "请用一句话说明情况（不写居民姓名）。"


class ItemUnknown(Incorrect):
    """'{item}' is not looked at in inspections of this kind."""

    zh = "这类服务点的检查没有“{item}”这一项。"


class FormatUnknown(NotFound):
    """The list is not made as '{format}'; there are csv and xlsx."""

    zh = "列表没有“{format}”格式，可用 csv、xlsx。"


class KindUnknown(NotFound):
    """There is no kind of service point '{kind}'."""

    zh = "没有“{kind}”这类服务点。"


class PointNotFound(NotFound):
    """There is no such service point, or it is outside your area."""

    zh = "没有该服务点，或不在您的管辖范围内。"


class FindingNotFound(NotFound):
    """There is no such finding, or it is outside your area."""

    zh = "没有该检查问题，或不在您的管辖范围内。"


class AlreadyThere(Conflict):
    """'{name}' has a service point of this kind already. Change that one instead."""

    zh = "“{name}”已有这类服务点，请在原记录上更新。"


class StateWrong(Conflict):
    """That cannot be done with a service point that is {state}."""

    zh = "服务点当前状态（{state_zh}）不能进行此操作。"


class KeyReused(Conflict):
    """This form was sent before with other contents. Open it again."""

    zh = "该表单已提交过不同的内容，请重新打开。"


class SameHand(Forbidden):
    """You entered these facts yourself; somebody else confirms them."""

    zh = "本次内容由您本人录入，须由其他人员核实确认。"


class OwnPoint(Forbidden):
    """This service point belongs to your own institution; others inspect and confirm it."""

    zh = "该服务点属于您所在的机构，须由其他机构检查和确认。"
