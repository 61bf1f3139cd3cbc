"""What can be wrong with a condition. Each says where: line and character of the condition's own text.

Incorrect
└── ConditionIncorrect
    ├── ConditionUnreadable
    ├── FactUnknown
    ├── UnitWrong
    ├── TypeWrong
    └── CodeUnknown
"""

from kangmai.kernel.errors import Incorrect


class ConditionIncorrect(Incorrect):
    """The condition is not correct, {place}."""

    zh = "条件有误（{place}）。"


class ConditionUnreadable(ConditionIncorrect):
    """{place}: expected {expected}, found {found}."""

    zh = "{place}：此处应为 {expected}，实为 {found}。"


class FactUnknown(ConditionIncorrect):
    """{place}: there is no fact '{name}'. Facts here: {known}."""

    zh = "{place}：没有名为“{name}”的指标项。可用：{known}。"


class UnitWrong(ConditionIncorrect):
    """{place}: {what} is measured in {wanted}, but '{found}' stands here. Write the value in {wanted}."""

    zh = "{place}：{what} 的单位是 {wanted}，此处却写作“{found}”，请改用 {wanted}。"


class TypeWrong(ConditionIncorrect):
    """{place}: {wanted} is needed here, found {found}."""

    zh = "{place}：此处需要{wanted}，实为 {found}。"


class CodeUnknown(ConditionIncorrect):
    """{place}: '{code}' is none of the codes of {name}: {known}."""

    zh = "{place}：“{code}”不是 {name} 的取值。可用：{known}。"
