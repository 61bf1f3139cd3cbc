"""What can be wrong with figures that a program sends.

Incorrect   FiguresUnreadable
Forbidden   ScopeMissing
"""

from kangmai.kernel.errors import Forbidden, Incorrect


class FiguresUnreadable(Incorrect):
    """The figures cannot be read: {reason}. Send a table as text/csv, or {{"figures": [...]}} as application/json."""

    zh = '无法读取指标数据：{reason}。请以 text/csv 发送表格，或以 application/json 发送 {{"figures": [...]}}。'


class ScopeMissing(Forbidden):
    """The token's scope does not create MeasureReport by name: ask for system/MeasureReport.c."""

    zh = "令牌的范围未点名 MeasureReport 的创建，请申请 system/MeasureReport.c。"
