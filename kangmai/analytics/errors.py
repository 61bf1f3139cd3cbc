"""What can be wrong with a request for a figure, or with the lake it is counted from.

Incorrect   PeriodNotCounted, LevelNotCounted, AreaUnknown, OutsideColumnsMissing, OutsideCellUnreadable,
            OutsideValueDiffers, OutsideImpossible, OutsideSaidTwice, OutsideTableUnfit,
            OutsideCellTooLong, FreezeNoteTooLong, LakePlaceIncorrect
NotFound    IndicatorUnknown, FreezeUnknown
Conflict    LakeBusy, FigureNotFreezable
Unsupported EngineAbsent
Fault       ViewBroken, LakeBroken
Unavailable LakeEmpty, LakeUnplaced, LakeUnreachable
"""

from kangmai.kernel.errors import Conflict, Fault, Incorrect, NotFound, Unavailable, Unsupported


class ViewBroken(Fault):
    """The published view '{view}' does not give what its definition says: {reason}."""

    zh = "公开视图“{view}”与其定义不符：{reason}。"


class LakeBroken(Fault):
    """The lake is damaged: {reason}. Run `kangmai lake sync`, which writes such files anew; with a broken manifest `kangmai lake rebuild`."""

    zh = "数据湖已损坏：{reason}。请运行 kangmai lake sync 重写损坏的文件；清单损坏时请运行 kangmai lake rebuild。"


class LakeEmpty(Unavailable):
    """Nothing has been brought to the lake yet. Run `kangmai lake sync`, or wait for the night."""

    zh = "数据湖中还没有数据。请运行 kangmai lake sync，或等待夜间更新。"


class LakeBehind(Unavailable):
    """The data of “{view}” have a new form; they are counted once they were brought up to date (`kangmai lake sync`)."""

    zh = "“{view}”的数据格式已更新，须先同步数据湖（kangmai lake sync）后才能统计。"


class LakeBusy(Conflict):
    """The lake is being filled by another process."""

    zh = "数据湖正在由另一进程更新。"


class LakeUnplaced(Unavailable):
    """No folder is named for the lake: set KANGMAI_LAKE."""

    zh = "未指定数据湖目录：请设置 KANGMAI_LAKE。"


class LakePlaceIncorrect(Incorrect):
    """'{place}' is no place for the lake: KANGMAI_LAKE is a folder or s3://bucket/prefix, KANGMAI_LAKE_ENDPOINT https://host, or http on this machine."""

    zh = "“{place}”不能用作数据湖：KANGMAI_LAKE 应为目录或 s3://桶/前缀，KANGMAI_LAKE_ENDPOINT 应为 https://主机，仅本机可用 http。"


class LakeUnreachable(Unavailable):
    """The store of the lake does not answer as it should: {reason}. Look at KANGMAI_LAKE, KANGMAI_LAKE_ENDPOINT, key and secret."""

    zh = "数据湖所在的对象存储应答异常：{reason}。请检查 KANGMAI_LAKE、KANGMAI_LAKE_ENDPOINT 以及访问密钥。"


class IndicatorUnknown(NotFound):
    """There is no indicator '{indicator}' in force on {on}."""

    zh = "{on} 没有生效的指标“{indicator}”。"


class PeriodNotCounted(Incorrect):
    """'{indicator}' is counted by {kinds}, not for {period}."""

    zh = "“{indicator}”按 {kinds} 统计，不能用于 {period}。"


class LevelNotCounted(Incorrect):
    """'{indicator}' cannot be broken down by {level}."""

    zh = "“{indicator}”不能按 {level} 分解。"


class AreaUnknown(Incorrect):
    """No division has the code '{area}'."""

    zh = "没有代码为“{area}”的区划。"


class FigureNotFreezable(Conflict):
    """The figure is '{status}', and only a figure with a value can be frozen."""

    zh = "该数值状态为“{status}”，只有有值的数才能冻结。"


class FreezeUnknown(NotFound):
    """There is no frozen figure {freeze}."""

    zh = "没有编号为 {freeze} 的冻结数据。"


class EngineAbsent(Unsupported):
    """The engine '{engine}' is not installed: {mend}."""

    zh = "未安装计算引擎“{engine}”：{mend}。"


class RowsNotTraceable(Unsupported):
    """The rows behind '{indicator}' cannot be opened one by one."""

    zh = "“{indicator}”的明细不能逐条打开。"


class OutsideColumnsMissing(Incorrect):
    """The table of figures from outside lacks columns: {columns}. It is CSV in UTF-8 or GB 18030."""

    zh = "外部数据表缺少列：{columns}。应为 UTF-8 或 GB 18030 编码的 CSV。"


class OutsideCellUnreadable(Incorrect):
    """The column {column} cannot be read or is empty: '{value}'."""

    zh = "“{column}”列为空或无法识别：“{value}”。"


class OutsideCellTooLong(Incorrect):
    """The column {column} has {length} characters; {most} at most are kept. Shorten it."""

    zh = "“{column}”列有 {length} 字，最多 {most} 字，请缩短。"


class FreezeNoteTooLong(Incorrect):
    """What the figure is frozen for has {length} characters; {most} at most are kept. Shorten it."""

    zh = "冻结用途有 {length} 字，最多 {most} 字，请缩短。"


class OutsideValueDiffers(Incorrect):
    """The value {value} is not what numerator and denominator make ({made})."""

    zh = "数值 {value} 与分子、分母算得的 {made} 不一致。"


class OutsideImpossible(Incorrect):
    """The figure cannot be: {reason}. Look it up in the document again."""

    zh = "{reason}，请对照来源文件核对。"


class OutsideSaidTwice(Incorrect):
    """Line {line} already gives the figure of this indicator, area and period. Leave one of them."""

    zh = "第 {line} 行已有同一指标、辖区和期间的数值，请只保留一行。"


class OutsideTableUnfit(Incorrect):
    """The table of figures from outside cannot be taken in: {reason}."""

    zh = "外部数据表不能接收：{reason}。"
