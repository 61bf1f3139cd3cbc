"""What jobs are refused for."""

from kangmai.kernel.errors import Busy, Fault, Incorrect, NotFound, Unavailable


class JobNotFound(NotFound):
    """There is no job {id}, or it is not yours, or it was cancelled or removed."""

    zh = "没有任务 {id}，或不属于您，或已取消、已清除。"


class TooManyJobs(Busy):
    """You have {count} jobs under way already. Wait until one is done, or cancel one."""

    zh = "您已有 {count} 个任务在执行，请等待完成或取消其一。"


class NothingToExport(Incorrect):
    """None of the types asked for can be exported at this level: {reason}"""

    zh = "所请求的类型在此级别无法导出：{reason}"


class BadTypeFilter(Incorrect):
    """The filter '{filter}' cannot be used: {reason}"""

    zh = "无法使用过滤条件“{filter}”：{reason}"


class BadElement(Incorrect):
    """'{element}' is no element of the types that are exported: write name, or Patient.name."""

    zh = "“{element}”不是所导出类型的元素，应写作 name 或 Patient.name。"


class NoFilesFolder(Unavailable):
    """There is no folder for files: set KANGMAI_FILES."""

    zh = "没有文件目录，请设置 KANGMAI_FILES。"


class NotAnImportFile(Incorrect):
    """'{name}' is no file of the folder for imports (inbox below KANGMAI_FILES)."""

    zh = "导入目录（KANGMAI_FILES 下的 inbox）中没有文件“{name}”。"


class FileBroken(Fault):
    """The file {name} was cut short or altered."""

    zh = "文件 {name} 不完整或被改动。"
