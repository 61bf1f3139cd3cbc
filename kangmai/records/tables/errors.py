"""What is refused of a file as a whole.

Incorrect
├── TableFileUnreadable
├── TableFileTooLarge
├── TableTitlesWrong
└── NotAnInstitutionsTable   who imports acts for no institution
NotFound
└── TableUnknown
"""

from kangmai.kernel.errors import Incorrect, NotFound


class TableUnknown(NotFound):
    """There is no table '{table}'; there are: {known}."""

    zh = "没有导入表“{table}”，可用：{known}。"


class TableFileUnreadable(Incorrect):
    """The file is neither XLSX nor CSV (UTF-8 or GB 18030) with a line of titles."""

    zh = "文件不是带标题行的 XLSX 或 CSV（UTF-8 或 GB 18030）。"


class TableFileTooLarge(Incorrect):
    """At most {megabytes} MB and {lines} rows at once; divide the file."""

    zh = "一次最多 {megabytes} MB、{lines} 行，请拆分文件。"


class TableTitlesWrong(Incorrect):
    """The titles do not fit: missing {missing}; unknown or twice {unknown}. Take the template."""

    zh = "标题行不符：缺少 {missing}；未知或重复 {unknown}。请使用模板。"


class NotAnInstitutionsTable(Incorrect):
    """Say for which institution the table is imported."""

    zh = "请指明为哪个机构导入。"
