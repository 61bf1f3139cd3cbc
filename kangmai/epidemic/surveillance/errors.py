"""What can be wrong with a series, a control list or a range.

Incorrect
├── SeriesMalformed     the table of counts cannot be read as series
├── ControlMalformed    a key is unknown or a value is out of its bounds
├── RangeOutOfSeries    the weeks asked for are not in the series
├── HistoryTooShort     the method looks back beyond the first count
├── PlacesMismatch      counts, places or populations name different places
└── ModelImpossible     the settings leave no model that can be fitted
"""

from kangmai.kernel.errors import Incorrect


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
