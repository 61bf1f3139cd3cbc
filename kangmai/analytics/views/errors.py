"""What can be wrong with a view, and with a resource that a view meets.

Incorrect
├── ViewRefused         the view definition is not valid
├── ResourceUnreadable  the input is not FHIR JSON
└── RowRefused          the view cannot be applied to this resource
"""

from kangmai.kernel.errors import Incorrect


class ViewRefused(Incorrect):
    """The view definition is not valid at {place}: {reason}."""

    zh = "视图定义 {place} 处无效：{reason}。"


class ResourceUnreadable(Incorrect):
    """The resources cannot be read at {place}: {reason}."""

    zh = "资源数据 {place} 处无法读取：{reason}。"


class RowRefused(Incorrect):
    """The view cannot be applied to {resource}, at {place}: {reason}."""

    zh = "视图不能用于 {resource}，{place}：{reason}。"
