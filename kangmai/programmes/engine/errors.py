"""What programmes refuse.

Incorrect
├── NotInPopulation
├── WayNotOffered
├── AnchorMissing
├── AnchorUnknown
├── AnchorOutOfRange
├── ServiceUnknown
├── ClosingReasonUnknown
├── DayMissing
├── MethodUnknown
├── VisitInFuture
├── VisitBeforeBirth
├── VisitBeforeEnrolment
├── VisitAfterDeath
├── EnrolmentInFuture
├── EnrolmentAfterDeath
├── ClosingBeforeEnrolment
├── CursorUnreadable
├── FactUnknown
├── FactUnreadable
├── PlaceUnreadable
├── RulesNotOfProgramme
└── NoTarget
NotFound
├── ProgrammeUnknown
├── EnrolmentNotFound
└── VisitNotFound
Conflict
├── AlreadyEnrolled
├── SameEpisode
├── EnrolmentNotManaged
├── EnrolmentNotSuspected
├── EnrolmentNotClosed
├── CannotReopen
├── EnrolmentChanged
├── VisitChanged
├── VisitCorrected
├── VisitOnThisDay
├── AttemptRepeated
├── TransferPending
├── NoTransfer
└── KeyUsedElsewhere
"""

from kangmai.kernel.errors import Conflict, Incorrect, NotFound


class NotInPopulation(Incorrect):
    """{programme} is not for this resident: on {on} he is not one of '{condition}'."""

    zh = "该居民不属于“{zh_programme}”的服务对象：{on} 不符合“{zh_condition}”。"


class WayNotOffered(Incorrect):
    """Nobody is enrolled in {programme} by {way}."""

    zh = "项目 {programme} 不接受以“{way}”方式纳入。"


class AnchorMissing(Incorrect):
    """{programme} counts from '{anchors}', which is not given. Fill it in."""

    zh = "“{zh_programme}”从“{zh_anchors}”起算，请填写该日期。"


class AnchorUnknown(Incorrect):
    """{programme} does not count from {anchors}. Leave it out."""

    zh = "“{zh_programme}”不从“{anchors}”起算，请去掉该项。"


class AnchorOutOfRange(Incorrect):
    """'{anchor}' {day} is not possible: it must lie from {low} to {high}."""

    zh = "“{zh_anchor}”{day} 不合理，应在 {low} 至 {high} 之间。"


class ServiceUnknown(Incorrect):
    """The programme {programme} has no service '{service}'. It has: {known}."""

    zh = "项目 {programme} 没有服务“{service}”。可用：{known}。"


class ClosingReasonUnknown(Incorrect):
    """'{reason}' is no reason to close an enrolment of {programme}. Reasons: {known}."""

    zh = "“{reason}”不是项目 {programme} 的结案原因。可用：{known}。"


class DayMissing(Incorrect):
    """The form has no day of the visit ('{item}')."""

    zh = "表单中没有随访日期（“{item}”）。"


class MethodUnknown(Incorrect):
    """The form does not say how the visit was made ('{item}')."""

    zh = "表单中没有随访方式（“{item}”）。"


class VisitInFuture(Incorrect):
    """The visit of {visited_on} lies after today, {today}. Correct the day."""

    zh = "随访日期 {visited_on} 晚于今天 {today}，请更正。"


class VisitBeforeBirth(Incorrect):
    """The visit of {visited_on} lies before the birth. Correct the day or choose the right resident."""

    zh = "随访日期 {visited_on} 早于出生日期，请更正日期或选择正确的居民。"


class VisitBeforeEnrolment(Incorrect):
    """The visit of {visited_on} lies before the enrolment on {enrolled_on}. Correct the day, or the enrolment."""

    zh = "随访日期 {visited_on} 早于纳入管理日期 {enrolled_on}，请更正日期或纳入信息。"


class VisitAfterDeath(Incorrect):
    """The visit of {visited_on} lies after the death on {deceased_on}. Correct the day, or the death if it is wrong."""

    zh = (
        "随访日期 {visited_on} 晚于死亡日期 {deceased_on}，请更正随访日期；如死亡登记有误请先更正。"
    )


class EnrolmentInFuture(Incorrect):
    """The day {on} lies after today, {today}."""

    zh = "日期 {on} 晚于今天 {today}。"


class EnrolmentAfterDeath(Incorrect):
    """The resident died on {deceased_on}: nobody is enrolled after that, {on}."""

    zh = "该居民已于 {deceased_on} 死亡，不能在 {on} 纳入管理。"


class ClosingBeforeEnrolment(Incorrect):
    """The enrolment began on {enrolled_on} and cannot end on {on}."""

    zh = "纳入日期为 {enrolled_on}，不能在 {on} 结案。"


class CursorUnreadable(Incorrect):
    """The place in the list is not one this list gave out."""

    zh = "翻页位置无效。"


class PlaceUnreadable(Incorrect):
    """'{place}' is no code of a division: 4 to 12 digits are."""

    zh = "“{place}”不是行政区划代码（应为 4 至 12 位数字）。"


class RulesNotOfProgramme(Incorrect):
    """'{rules}' are no rules of the programme {programme}. There are: {known}."""

    zh = "“{rules}”不是项目 {programme} 的规则。可用：{known}。"


class FactUnknown(Incorrect):
    """A visit of {programme} has no fact '{name}'. It has: {known}."""

    zh = "项目 {programme} 的随访没有指标项“{name}”。可用：{known}。"


class FactUnreadable(Incorrect):
    """'{name}' must be {kind}."""

    zh = "“{name}”的值类型不正确（应为 {kind}）。"


class NoTarget(Incorrect):
    """'{rules}' have no target, so there is nothing to compare."""

    zh = "规则“{rules}”没有达标标准，无法比较。"


class ProgrammeUnknown(NotFound):
    """There is no programme '{programme}' in force on {on}."""

    zh = "{on} 没有生效的项目“{programme}”。"


class EnrolmentNotFound(NotFound):
    """There is no such enrolment, or it is not for you to see."""

    zh = "没有该管理记录，或您无权查看。"


class VisitNotFound(NotFound):
    """There is no such visit, or it is not for you to see."""

    zh = "没有该随访记录，或您无权查看。"


class SameEpisode(Conflict):
    """{programme} has an enrolment with '{anchor}' {day} already: this is the same episode. Open that one instead of making a second."""

    zh = (
        "“{zh_programme}”已有“{zh_anchor}”为 {day} 的记录，属同一次，请打开已有记录，不要重复建册。"
    )


class AlreadyEnrolled(Conflict):
    """The resident is in {programme} already ({state}). Open that enrolment instead of making a second one."""

    zh = "该居民已在“{zh_programme}”中（{zh_state}），请打开已有记录，不要重复纳入。"


class EnrolmentNotManaged(Conflict):
    """The enrolment is {state}: visits are recorded while it is managed."""

    zh = "该管理记录状态为“{zh_state}”，只有在管状态可以登记随访。"


class EnrolmentNotSuspected(Conflict):
    """The enrolment is {state}: only a suspected or confirmed one can be confirmed or dismissed."""

    zh = "该管理记录状态为“{zh_state}”，只有疑似或已确诊状态可以确认或排除。"


class EnrolmentNotClosed(Conflict):
    """The enrolment is {state}: there is nothing to open again."""

    zh = "该管理记录状态为“{zh_state}”，无需重新开启。"


class CannotReopen(Conflict):
    """An enrolment closed as '{reason}' is not opened again."""

    zh = "以“{reason}”结案的记录不能重新开启。"


class EnrolmentChanged(Conflict):
    """The enrolment was changed by someone else (version {current}, yours was {expected}). Look at the new state, then save again."""

    zh = "该管理记录已被他人修改（当前版本 {current}，您的版本 {expected}），请查看最新内容后再保存。"


class VisitChanged(Conflict):
    """The visit was changed by someone else (version {current}, yours was {expected}). Look at the new state, then correct again."""

    zh = "该随访已被他人修改（当前版本 {current}，您的版本 {expected}），请查看最新内容后再更正。"


class VisitCorrected(Conflict):
    """This is an earlier answer that was corrected since. Open the visit as it is now."""

    zh = "这是更正之前的内容，请打开当前的随访记录。"


class VisitOnThisDay(Conflict):
    """A visit of {visited_on} for this service is recorded already. Correct it instead of entering a second one."""

    zh = "{visited_on} 已有同一服务的随访记录，请更正该记录，不要重复录入。"


class AttemptRepeated(Conflict):
    """An attempt by {method} on {on} is recorded already."""

    zh = "{on} 以“{method}”方式的联系尝试已登记。"


class ResidentElsewhere(Conflict):
    """The resident neither lives in your area nor belongs to your institution, so that the record would stay closed to you. Let the move, or the change of institution, be entered first; then accept."""

    zh = "该居民既不住在您的服务地区，也不属于您的机构，接收后无法查看档案。请先办理迁移或变更管理机构，再接收。"


class TransferPending(Conflict):
    """This enrolment is being handed over already. Wait until the other team decides."""

    zh = "该管理记录正在移交中，请等待对方处理。"


class NoTransfer(Conflict):
    """There is no hand-over that waits for your team."""

    zh = "没有等待贵机构处理的移交。"


class KeyUsedElsewhere(Conflict):
    """This form was sent before for something else. Reload the page and enter it again."""

    zh = "该表单编号已用于其他提交，请刷新页面后重新填写。"


class FilterNameMissing(Incorrect):
    """Give the filter a name."""

    zh = "请为筛选条件取一个名称。"


class FiltersTooMany(Conflict):
    """You keep {most} filters already. Remove one first."""

    zh = "最多保存 {most} 个筛选条件，请先删除一个。"
