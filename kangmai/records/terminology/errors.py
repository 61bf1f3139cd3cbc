"""What questions of terminology are refused for."""

from kangmai.kernel.errors import Incorrect, NotFound


class CodeSystemNotHere(NotFound):
    """The code system {url} is not known here: store it as a CodeSystem first."""

    zh = "此处没有代码系统 {url}，请先存入 CodeSystem 资源。"


class CodeNotFound(NotFound):
    """The code system {system} has no code '{code}'."""

    zh = "代码系统 {system} 没有代码“{code}”。"


class ValueSetNotHere(NotFound):
    """The value set {url} is not known here: store it as a ValueSet first."""

    zh = "此处没有值集 {url}，请先存入 ValueSet 资源。"


class ConceptMapNotHere(NotFound):
    """There is no ConceptMap for this: {wanted}."""

    zh = "没有对应的 ConceptMap：{wanted}。"


class CannotExpand(Incorrect):
    """The value set {url} cannot be expanded: {reason}"""

    zh = "值集 {url} 无法展开：{reason}"


class TooCostly(Incorrect):
    """The value set {url} has more than {limit} codes: narrow it with a filter, or fetch it by count and offset."""

    zh = "值集 {url} 超过 {limit} 个代码，请使用 filter 缩小范围，或用 count 和 offset 分批获取。"
