"""What handover refuses.

Incorrect
├── CursorUnreadable
├── ColumnsMissing
├── FileTooLarge
├── InterfaceIncorrect
├── ReasonMissing
├── ReceiptMissing
├── TableUnreadable
└── WayClosed
NotFound
├── BatchUnknown
└── EntryUnknown
Conflict
├── EntryChanged
├── EntryIncomplete
├── NotInThisState
├── NothingToSend
└── ReceiptTaken
"""

from kangmai.kernel.errors import Conflict, Incorrect, NotFound


class CursorUnreadable(Incorrect):
    """The page cannot be found: begin at the first one."""

    zh = "找不到该页，请从第一页开始。"


class ColumnsMissing(Incorrect):
    """The table has no columns {columns}."""

    zh = "表格缺少列：{columns}。"


class FileTooLarge(Incorrect):
    """The file is too large: at most {megabytes} MB and {lines} lines are read at once."""

    zh = "文件过大：一次最多读取 {megabytes} MB、{lines} 行。"


class InterfaceIncorrect(Incorrect):
    """The addresses of systems in {file} cannot be used: {reason}. Write one JSON object, system: {{"url": "https://…", "token_file": "…"}}."""

    zh = '{file} 中的上级系统地址无法使用：{reason}。请写成一个 JSON 对象，系统: {{"url": "https://…", "token_file": "…"}}。'


class TableUnreadable(Incorrect):
    """The file is no table that can be read: save it as XLSX, or as CSV in UTF-8 or GB 18030."""

    zh = "无法识别表格文件：请另存为 XLSX，或 UTF-8、GB 18030 编码的 CSV。"


class ReasonMissing(Incorrect):
    """Say why."""

    zh = "请填写原因。"


class ReceiptMissing(Incorrect):
    """Enter the number of the receipt."""

    zh = "请填写回执编号。"


class WayClosed(Incorrect):
    """The system '{system}' does not take rows by {way}."""

    zh = "系统“{system}”不接受以“{way}”方式上报。"


class BatchUnknown(NotFound):
    """There is no such file, or it is not for you."""

    zh = "没有该批次文件，或您无权下载。"


class EntryUnknown(NotFound):
    """There is no such row in the ledger, or it is not for you to see."""

    zh = "台账中没有该记录，或您无权查看。"


class EntryChanged(Conflict):
    """The row was changed meanwhile (version {current}, yours was {expected}). Look at it again and repeat."""

    zh = "该记录已被修改（当前版本 {current}，您的版本 {expected}），请查看后重试。"


class EntryIncomplete(Conflict):
    """The row {reference} cannot go yet; missing or wrong: {columns}."""

    zh = "{reference} 尚不能上报，缺项或错误：{columns}。"


class NotInThisState(Conflict):
    """The row {reference} is {state}, so this cannot be done with it now."""

    zh = "{reference} 当前为“{state}”状态，不能执行此操作。"


class NothingToSend(Conflict):
    """No complete row waits to be sent."""

    zh = "没有可上报的完整记录。"


class ReceiptTaken(Conflict):
    """The receipt number belongs to another row already ({reference})."""

    zh = "该回执编号已属于另一条记录（{reference}）。"
