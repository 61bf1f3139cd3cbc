"""What reporting refuses.

Incorrect
├── AuthorityIncomplete     ├── BindingCellTaken     ├── BindingCellUnknown
├── BindingLineUnreadable   ├── BulletinUnreadable   ├── CommitmentIncomplete
├── CommitmentImpossible    ├── MilestoneUnreadable
├── EvidenceIncomplete      ├── FigureIncomplete     ├── OriginMissing
├── PeriodNotOfDataValues
├── PeriodNotOfTemplate     ├── ProofIncomplete      ├── ReasonMissing
├── RemarkHoldsNumber       ├── TemplateNotForArea   └── WorkbookUnreadable
Forbidden
├── NotTheOwner
└── SameHand
NotFound
├── BulletinUnknown         ├── CommitmentUnknown    ├── FigureUnknown
├── OpenDataUnknown         ├── ReportUnknown        ├── TemplateUnknown
└── WorkbookUnknown
Conflict
├── BulletinKnown           ├── CellsEmpty           ├── DraftWaits
├── FiguresMissing          ├── KeyReused            ├── MilestonesOpen
├── NotInThisState          ├── NotReached           └── AlreadyIssued
"""

from kangmai.kernel.errors import Conflict, Forbidden, Incorrect, NotFound


class BulletinUnreadable(Incorrect):
    """{file} cannot be read as a bulletin: {reason}. Save it as HTML, text (UTF-8 or GB 18030) or DOCX."""

    zh = "{file} 无法作为公报读取：{reason}。请另存为 HTML、文本（UTF-8 或 GB 18030）或 DOCX。"


class ReasonMissing(Incorrect):
    """Say why."""

    zh = "请填写原因。"


class RemarkHoldsNumber(Incorrect):
    """The remark on '{section}' holds a number ({number}). Every number of a report comes from a frozen figure; say it in words or leave it out."""

    zh = "“{section}”的说明中含有数字（{number}）。报告中的每个数字都须来自冻结数据；请用文字表述或删去。"


class PeriodNotOfTemplate(Incorrect):
    """'{template}' is written for {kind}, and {period} is not that. Choose another period."""

    zh = "“{template}”按{kind}编写，{period} 不是；请另选时段。"


class TemplateNotForArea(Incorrect):
    """'{template}' is not written for {area}."""

    zh = "“{template}”不适用于 {area}。"


class BindingLineUnreadable(Incorrect):
    """Line {line} cannot be read: '{text}'. Write: sheet!cell, indicator, area, then value, numerator or denominator, then now, year_before or period_before."""

    zh = "第 {line} 行无法识别：“{text}”。格式：工作表!单元格, 指标, 区划代码, value|numerator|denominator, now|year_before|period_before。"


class BindingCellUnknown(Incorrect):
    """{place}: there is no such cell in the workbook."""

    zh = "{place}：工作簿中没有该单元格。"


class BindingCellTaken(Incorrect):
    """{place}: the cell {reason}; no figure goes there."""

    zh = "{place}：该单元格不能填数（{reason}）。"


class WorkbookUnreadable(Incorrect):
    """{name} cannot be used: {reason}. Upload an .xlsx workbook of at most 5 MB without macros."""

    zh = "{name} 无法使用：{reason}。请上传不超过 5 MB、不含宏的 .xlsx 工作簿。"


class FigureIncomplete(Incorrect):
    """A figure counts only with {missing}."""

    zh = "确认数据须填写{missing}。"


class CommitmentIncomplete(Incorrect):
    """The commitment lacks: {missing}."""

    zh = "承诺事项缺少：{missing}。"


class CommitmentImpossible(Incorrect):
    """Such a commitment can be neither kept nor missed: {reason}."""

    zh = "这样的承诺事项无从兑现或判断：{reason}。"


class MilestoneUnreadable(Incorrect):
    """Line {number} of the milestones, “{line}”, is to be a day, a space and the step, as in “2026-06-30 …” (200 characters at most)."""

    zh = "阶段任务第 {number} 行“{line}”应写作日期、空格和任务，如“2026-06-30 …”（不超过 200 字）。"


class AuthorityIncomplete(Incorrect):
    """Outbreak figures need both: whose authority it is, and the number of its document. Leave both empty to take it back."""

    zh = "疫情数据公布依据须同时填写授权机关和文件号；撤销依据时两项都留空。"


class EvidenceIncomplete(Incorrect):
    """Evidence needs both: what was done, and the document it stands in."""

    zh = "佐证须同时填写已做工作和依据文件。"


class ProofIncomplete(Incorrect):
    """A milestone is done with its proof and the day it was done, which is not still to come."""

    zh = "阶段任务完成须填写佐证文件和完成日期，完成日期不得晚于今天。"


class SameHand(Forbidden):
    """Drafting, checking and issuing are done by three persons, and you did an earlier step."""

    zh = "拟稿、复核、签发须由三人分别完成；您已参与前面的环节。"


class NotTheOwner(Forbidden):
    """Only the institution that owns the commitment reports on it."""

    zh = "只有承诺的责任单位可以填报。"


class ReportUnknown(NotFound):
    """There is no such report, or it is not for you to see."""

    zh = "没有该报告，或您无权查看。"


class TemplateUnknown(NotFound):
    """There is no template '{template}'; there are: {known}."""

    zh = "没有模板“{template}”，可用：{known}。"


class FigureUnknown(NotFound):
    """'{figure}' is no figure of this report."""

    zh = "“{figure}”不是本报告中的指标。"


class WorkbookUnknown(NotFound):
    """There is no such workbook, or it is not for you to see."""

    zh = "没有该工作簿，或您无权查看。"


class CommitmentUnknown(NotFound):
    """There is no such commitment, or it is not for you to see."""

    zh = "没有该承诺事项，或您无权查看。"


class BulletinUnknown(NotFound):
    """There is no such bulletin or figure of one, or it is not for you to see."""

    zh = "没有该公报或数据，或您无权查看。"


class FiguresMissing(Conflict):
    """These figures cannot be printed: {figures}. Press 'Freeze what is missing' for those not frozen; for one that is not available take its figure in from outside, or wait for its source. A report prints no other number."""

    zh = "以下数据不能印出：{figures}。未冻结的请点“冻结所缺数据”；暂无数据的请录入外部数据或等待来源。报告不印未冻结的数字。"


class CellsEmpty(Conflict):
    """The workbook was not filled, for there is no frozen number of: {cells}. Freeze these figures for that period, or unbind the cells."""

    zh = "未生成文件，以下单元格没有已冻结的数据：{cells}。请冻结该期数据，或解除绑定。"


class DraftWaits(Conflict):
    """A report of this template for {area} and {period} is already in hand: go on with that one, or withdraw it first."""

    zh = "该模板已有 {area}、{period} 的在办报告，请在该报告上继续办理，或先撤回。"


class AlreadyIssued(Conflict):
    """This report was issued as {number}. If a figure of it is wrong, press 'Begin a correction' on it; there is no second report."""

    zh = "该报告已签发（{number}），不能另发一份；如数据有误，请在该报告上点“拟写更正”。"


class MilestonesOpen(Conflict):
    """It cannot be concluded as kept: not done are {titles}."""

    zh = "不能按“已兑现”结项，以下阶段任务尚未完成：{titles}。"


class KeyReused(Conflict):
    """This form was sent before with other content. Load the page again."""

    zh = "该表单已提交过不同内容，请重新打开页面。"


class NotInThisState(Conflict):
    """It is '{state}', so this cannot be done now."""

    zh = "当前状态为“{state}”，不能执行此操作。"


class NotReached(Conflict):
    """The frozen figure is {value}, the target {target}: it cannot be concluded as kept."""

    zh = "冻结数据为 {value}，目标为 {target}，不能按“已兑现”结项。"


class OriginMissing(Incorrect):
    """Say where the bulletin was published (an address, a newspaper, a date): a figure without it cannot be traced."""

    zh = "请填写公报的来源（网址、报纸、日期），否则数据无法溯源。"


class BulletinKnown(Conflict):
    """This file was read before as '{name}'."""

    zh = "该文件已于“{name}”读取过。"


class PeriodNotOfDataValues(Incorrect):
    """DHIS2 has no period {period}: choose a day, a month, a quarter, or a year from January, April, July, October or November on."""

    zh = "DHIS2 没有期间 {period}：请选择日、月、季，或自 1、4、7、10、11 月起的整年。"


class OpenDataUnknown(NotFound):
    """No open data: {what}. See the list of indicators and the periods they are counted for."""

    zh = "没有可公开的数据：{what}。请查看指标清单及其统计期间。"
