"""What tracing refuses.

Incorrect
├── AreaOwn
├── AreaUnreadable
├── CheckUnreadable
├── CursorUnreadable
├── DaysUnfit
├── FileUnreadable
├── LetterMissing
├── NothingReadable
├── PersonMissing
├── ReasonMissing
├── TooManyRows
└── WordUnknown
NotFound
├── CaseUnknown
├── ContactUnknown
├── LinkUnknown
├── ListUnknown
├── NotRegistered
└── SearchUnknown
Conflict
├── CaseThere
├── InfectsItself
├── InfectorThere
├── KeyReused
├── NotInThisState
├── NotReleasable
└── NotSettled
"""

from kangmai.kernel.errors import Conflict, Incorrect, NotFound
from kangmai.kernel.words import Words


class AreaUnreadable(Incorrect):
    """'{area}' is not the code of a division: give the 4 to 12 digits of the other city or county (440100)."""

    zh = "“{area}”不是有效的区划代码，请填写对方市县的 4 至 12 位代码（如 440100）。"


class AreaOwn(Incorrect):
    """'{area}' lies in your own city, where people are followed by who answers for their home. Give the code of the other city."""

    zh = "“{area}”属于本市，市内人员由现住地直接管理；请填写对方城市的区划代码。"


class CheckUnreadable(Incorrect):
    """A temperature of {value} °C cannot be: give 34.0 to 43.0, or say that it was not taken."""

    zh = "体温 {value} ℃ 不合理，应为 34.0 至 43.0，未测请留空。"


class CursorUnreadable(Incorrect):
    """The page cannot be found: begin at the first one."""

    zh = "找不到该页，请从第一页开始。"


DAYS = {
    "quarantine": Words("隔离日期", "the quarantine"),
    "check": Words("监测日期", "the check"),
    "sampling": Words("采样日期", "the sampling"),
    "found": Words("发现时间", "the finding"),
    "exposure": Words("接触日期", "the exposure"),
    "isolated": Words("隔离时间", "the isolation"),
    "onset": Words("发病日期", "the onset"),
}


class DaysUnfit(Incorrect):
    """{what} cannot be {day}: it lies in the future, or before this could have been."""

    zh = "{what}不能是 {day}：该日期在将来，或早于可能的时间。"
    names = DAYS


class FileUnreadable(Incorrect):
    """The file cannot be read: {reason}"""

    zh = "无法读取文件：{reason}"


class PersonMissing(Incorrect):
    """Say who it is: a resident, a pass, or a name with a phone or document number."""

    zh = "请指明人员：居民、通行码，或姓名加电话/证件号码。"


class LetterMissing(Incorrect):
    """Give the number of the letter that the list comes or goes with."""

    zh = "请填写名单所附函件的文号。"


class NothingReadable(Incorrect):
    """None of the {count} rows can be read, so nothing was taken. Try the file to see what is wrong with each row."""

    zh = "{count} 行均无法读取，未接收任何内容。请先试读，查看每行的问题。"


class ReasonMissing(Incorrect):
    """Say why."""

    zh = "请填写原因。"


class TooManyRows(Incorrect):
    """At most {most} rows are taken at once; there are {count}."""

    zh = "一次最多 {most} 行，实际 {count} 行。"


LISTS = {
    "evidence": Words("证据类型", "kinds of evidence"),
    "answers": Words("告知结果", "answers"),
    "symptoms": Words("症状", "symptoms"),
    "relations": Words("与病例关系", "relations"),
}


class WordUnknown(Incorrect):
    """'{word}' is not on the list of {what}."""

    zh = "“{word}”不在{what}清单中。"
    names = LISTS


class CaseUnknown(NotFound):
    """There is no such case, or it is not for you to see."""

    zh = "没有该病例，或您无权查看。"


class ContactUnknown(NotFound):
    """There is no such contact, or it is not for you to see."""

    zh = "没有该接触者，或您无权查看。"


class LinkUnknown(NotFound):
    """There is no such link in the tree, or it is not for you to see."""

    zh = "没有该传播关系，或您无权查看。"


class ListUnknown(NotFound):
    """There is no such line list or row, or it is not for you to see."""

    zh = "没有该协查名单或明细，或您无权查看。"


class NotRegistered(NotFound):
    """The case is not registered under any order in force, so the scans know nothing of it. Ask for contacts by hand."""

    zh = "该病例未在现行命令下登记，扫码记录中没有其行程，请人工询问接触者。"


class SearchUnknown(NotFound):
    """There is no such question to the scans, or it is not for you to see."""

    zh = "没有该同行查询，或您无权查看。"


class CaseThere(Conflict):
    """This person is a case under this order already: {number}."""

    zh = "该人员在本命令下已是病例：{number}。"


class InfectsItself(Conflict):
    """That would close a circle: {number} would have infected itself, directly or through others."""

    zh = "该关系会形成环：{number} 将直接或间接感染自己。"


class InfectorThere(Conflict):
    """{number} has an infector already. Withdraw that link first."""

    zh = "{number} 已有传染来源，请先撤销原判定。"


class KeyReused(Conflict):
    """This form was sent before with other content. Load the page again."""

    zh = "该表单已提交过不同内容，请重新打开页面。"


STATES = {
    "open": Words("流调中", "open"),
    "concluded": Words("已办结", "concluded"),
    "found": Words("待判定", "found"),
    "followed": Words("管理中", "followed"),
    "released": Words("已解除", "released"),
    "positive": Words("已转为病例", "a case"),
    "dropped": Words("已排除", "excluded"),
    "waiting": Words("待处理", "waiting"),
    "accepted": Words("已接收", "accepted"),
    "refused": Words("已拒收", "refused"),
    "not followed": Words("不在管理中", "not followed"),
    "the case himself": Words("病例本人", "the case himself"),
    "core facts missing": Words("缺少核心信息", "without core facts"),
}


class NotInThisState(Conflict):
    """It is {state}, so this cannot be done with it now."""

    zh = "当前为“{state}”状态，不能执行此操作。"
    names = STATES


class NotReleasable(Conflict):
    """The contact cannot be released yet. Missing: {missing}."""

    zh = "尚不能解除管理，缺少：{missing}。"


class NotSettled(Conflict):
    """The investigation cannot be concluded: {waiting} to judge, {loose} close contacts not in quarantine."""

    zh = "流调尚不能结束：{waiting} 人待判定，{loose} 名密接未落实隔离。"
