"""What can go wrong when records are matched.

Incorrect
├── PeopleUnreadable
│   ├── PeopleMissing
│   ├── EncodingUnknown
│   └── RowMalformed
├── NothingToCompare
├── HeaderRepeated
├── IdentifierMissing
├── IdentifierRepeated
├── ThresholdOutOfRange
└── ModelUnreadable
Unavailable
└── SparkAbsent
"""

from kangmai.kernel.errors import Incorrect, Unavailable


class PeopleUnreadable(Incorrect):
    """{file} cannot be read as a table: {reason}. It should be a CSV file with a line of headings."""

    zh = "无法把 {file} 读作表格：{reason}。应为带标题行的 CSV 文件。"


class PeopleMissing(PeopleUnreadable):
    """There is no file {file}."""

    zh = "没有文件 {file}。"


class EncodingUnknown(PeopleUnreadable):
    """{file} is no text in UTF-8, UTF-16, GB 18030 or Windows-1252. Save it in one of these."""

    zh = "{file} 不是 UTF-8、UTF-16、GB 18030 或 Windows-1252 文本，请另存为其中一种编码。"


class RowMalformed(PeopleUnreadable):
    """{file}, line {line}: {found} cells where the headings have {expected}. Put text with commas in quotes."""

    zh = "{file} 第 {line} 行有 {found} 格，标题行有 {expected} 格。含逗号的文字请加引号。"


class NothingToCompare(Incorrect):
    """No heading of {file} names anything that can be compared. Known headings: {known}."""

    zh = "{file} 没有可用于比较的标题。可用标题：{known}。"


class HeaderRepeated(Incorrect):
    """{file} has two columns for {field}: '{first}' and '{second}'. Rename or remove one."""

    zh = "{file} 有两列表示 {field}：“{first}”和“{second}”，请改名或删除一列。"


class IdentifierMissing(Incorrect):
    """{file}: record {row} has no id. Fill in the column '{header}' or leave it out altogether."""

    zh = "{file} 第 {row} 条记录没有编号。请填写“{header}”列，或整列删除。"


class IdentifierRepeated(Incorrect):
    """{file}: the id {id} stands in {count} records ({repeated} ids are repeated). Every record needs its own."""

    zh = "{file}：编号 {id} 出现在 {count} 条记录中（共 {repeated} 个编号重复），每条记录须有自己的编号。"


class ThresholdOutOfRange(Incorrect):
    """The threshold {threshold} is no probability above 0 and up to 1."""

    zh = "阈值 {threshold} 不是大于 0 且不超过 1 的概率。"


class ModelUnreadable(Incorrect):
    """{path} is no model of matching: {reason}."""

    zh = "{path} 不是匹配模型：{reason}。"


class SparkAbsent(Unavailable):
    """The engine 'spark' needs pyspark and Java: {reason}. Install the extra kangmai[spark], or use --engine duckdb."""

    zh = (
        "引擎 spark 需要 pyspark 和 Java：{reason}。请安装 kangmai[spark]，或使用 --engine duckdb。"
    )
