"""What writing down activities refuses.

Incorrect
├── FactsRefused
├── DayWrong
├── TooManyPhotos
├── PhotoUnreadable
├── NoteMissing
└── FormatUnknown
NotFound
├── RuleUnknown
├── ActivityNotFound
└── PhotoNotFound
Conflict
├── NothingFound
├── Withdrawn
└── KeyReused
"""

from kangmai.kernel.errors import Conflict, Incorrect, NotFound
from kangmai.programmes.points.types import Fault


class FactsRefused(Incorrect):
    """What was given is not complete or not right: {first}"""

    zh = "填写内容不完整或有误：{first_zh}"

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(first=faults[0].en, first_zh=faults[0].zh)
        self.faults = tuple(faults)


class DayWrong(Incorrect):
    """The day {day} does not fit: it must lie between {first} and {last}."""

    zh = "日期 {day} 不合适，应在 {first} 至 {last} 之间。"


class TooManyPhotos(Incorrect):
    """At most {most} photos are kept of an activity."""

    zh = "每次活动最多保存 {most} 张照片。"


class PhotoUnreadable(Incorrect):
    """A photo cannot be read: JPEG, PNG or WebP up to {most} MB."""

    zh = "照片无法识别，请使用不超过 {most} MB 的 JPEG、PNG 或 WebP。"


class NoteMissing(Incorrect):
    """Say in a sentence what it is about, without naming residents."""

    zh = "请用一句话说明情况（不写居民姓名）。"


class FormatUnknown(NotFound):
    """The list is not made as '{format}'; there are csv and xlsx."""

    zh = "列表没有“{format}”格式，可用 csv、xlsx。"


class RuleUnknown(NotFound):
    """There are no activities of '{rule}'."""

    zh = "没有“{rule}”这类活动。"


class ActivityNotFound(NotFound):
    """There is no such activity, or it is outside your area."""

    zh = "没有该活动记录，或不在您的管辖范围内。"


class PhotoNotFound(NotFound):
    """There is no such photo, or it is outside your area."""

    zh = "没有该照片，或不在您的管辖范围内。"


class NothingFound(Conflict):
    """That does not follow: the lead is {lead}."""

    zh = "当前线索状态（{lead_zh}）不能进行此操作。"


class Withdrawn(Conflict):
    """This activity was withdrawn."""

    zh = "该活动记录已撤销。"


class KeyReused(Conflict):
    """This form was sent before with other contents. Open it again."""

    zh = "该表单已提交过不同的内容，请重新打开。"
