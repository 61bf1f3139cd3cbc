"""What can be wrong with a series, a control list or a range.

Incorrect
├── SeriesMalformed     the table of counts cannot be read as series
├── ControlMalformed    a key is unknown or a value is out of its bounds
├── RangeOutOfSeries    the weeks asked for are not in the series
├── HistoryTooShort     the method looks back beyond the first count
├── PlacesMismatch      counts, places or populations name different places
├── ModelImpossible     the settings leave no model that can be fitted
├── CursorUnreadable · ReasonMissing · EndMissing · ValueMissing · DayOutOfRange · AreaUnknown
└── ConditionUnknown · SourceClosed · TableUnreadable · SettingOutOfRange · StepUnknown
NotFound
└── SignalUnknown · OutbreakUnknown · PartUnknown
Conflict
└── StepNotAllowed · CannotMerge · NotMutable · OutbreakNotOpen · FinalReportMissing · NotReplayed
"""

from kangmai.kernel.errors import Conflict, Incorrect, NotFound


class SeriesMalformed(Incorrect):
    """{where}: {what}. {mend}"""

    zh = "{where}：{what}。{mend}"


class ControlMalformed(Incorrect):
    """The control of {method} is not right: {what}."""

    zh = "方法 {method} 的参数有误：{what}。"


class RangeOutOfSeries(Incorrect):
    """The range {first}:{latest} is not inside the series, which has the indices 1 to {length}."""

    zh = "范围 {first}:{latest} 超出序列（1 至 {length}）。"


class HistoryTooShort(Incorrect):
    """At index {index} the method {method} needs counts that do not exist ({what}); start later or look back less."""

    zh = "在第 {index} 期，方法 {method} 所需的历史数据不存在（{what}）；请推迟起点或减少回看年数。"


class PlacesMismatch(Incorrect):
    """{what}: {places}. Every place must have counts, a position and a population."""

    zh = "{what}：{places}。每个地点都须有计数、坐标和人口。"


class ModelImpossible(Incorrect):
    """At index {index} no model can be fitted: {what}."""

    zh = "第 {index} 期无法拟合模型：{what}。"


class CursorUnreadable(Incorrect):
    """The page cannot be found: begin at the first one."""

    zh = "找不到该页，请从第一页开始。"


class ReasonMissing(Incorrect):
    """Say why."""

    zh = "请填写原因。"


class EndMissing(Incorrect):
    """A mute needs an end after its beginning and at most {most} days later."""

    zh = "静默须有截止日期：晚于开始日期且不超过 {most} 天。"


class ValueMissing(Incorrect):
    """Fill in: {what}."""

    zh = "请填写：{what}。"


class DayOutOfRange(Incorrect):
    """{day} is no day that can be meant here: {why}."""

    zh = "日期 {day} 不合适：{why}。"


class AreaUnknown(Incorrect):
    """There is no area or place with the code '{code}' in your area."""

    zh = "您的辖区内没有代码为“{code}”的地区或场所。"


class ConditionUnknown(Incorrect):
    """'{condition}' is nothing that the source '{source}' counts."""

    zh = "来源“{source}”不统计“{condition}”。"


class SourceClosed(Incorrect):
    """The source '{source}' takes no counts by hand or file."""

    zh = "来源“{source}”不接受人工或文件录入。"


class TableUnreadable(Incorrect):
    """The file is no table of counts: CSV in UTF-8 with the columns {columns}, at most {lines} lines."""

    zh = "文件不是可识别的日计数表：请使用 UTF-8 编码 CSV，列为 {columns}，最多 {lines} 行。"


class SettingOutOfRange(Incorrect):
    """{what} must lie between {low} and {high}."""

    zh = "{what} 须在 {low} 与 {high} 之间。"


class StepUnknown(Incorrect):
    """'{step}' is nothing that can be done with a signal or an event."""

    zh = "不能对信号或事件执行“{step}”。"


class SignalUnknown(NotFound):
    """There is no such signal, or it is not for you to see."""

    zh = "没有该预警信号，或您无权查看。"


class OutbreakUnknown(NotFound):
    """There is no such event, or it is not for you to see."""

    zh = "没有该事件，或您无权查看。"


class PartUnknown(NotFound):
    """The event has no such {part}."""

    zh = "该事件没有此项：{part}。"


class StepNotAllowed(Conflict):
    """A signal that is {state} cannot be taken to '{step}'; now possible: {possible}."""

    zh = "信号当前为“{state}”，不能执行“{step}”；当前可执行：{possible}。"


class CannotMerge(Conflict):
    """These signals cannot be merged: {why}."""

    zh = "不能合并：{why}。"


class NotMutable(Conflict):
    """Signals of which one case is enough are never muted."""

    zh = "单病例即预警的病种不得静默。"


class OutbreakNotOpen(Conflict):
    """The event is {state}; this can be done only while it is investigated or confirmed."""

    zh = "事件当前为“{state}”，仅在调查或确认阶段可执行此操作。"


class LinkCircle(Conflict):
    """This would make a circle, which no infection can be: {chain}."""

    zh = "传播关系不能成环：{chain}。"


class AnswerNotPossible(Conflict):
    """What was asked for is {state}; that cannot be done with it now."""

    zh = "该资源请求当前为“{state}”，不能执行此操作。"


class FinalReportMissing(Conflict):
    """The event cannot be closed before its final report and its lessons are written."""

    zh = "须先完成结案报告并填写经验教训，方可结案。"


class NotReplayed(Conflict):
    """A change must be replayed on the last year before it takes effect, and decided by somebody else than who proposed it."""

    zh = "参数变更须先用上一年数据回放，并由提出者以外的人批准后方可生效。"
