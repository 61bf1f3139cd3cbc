"""What the resident index refuses.

Incorrect
├── NameMissing
├── BirthInFuture
├── SexUnknown
├── PlaceUnknown
├── ReasonMissing
├── MergeWithItself
├── NotOfThisCase
├── CorrectionUnclear
├── AnswerMissing
├── VillageUnknown
└── UnmaskReasonMissing
NotFound
├── ResidentNotFound
├── ReviewNotFound
└── CorrectionNotFound
Conflict
├── DocumentTaken
├── ResidentExists
├── ResidentChanged
├── RecordNumberGiven
├── RecordNumbersUsedUp
├── ReviewChanged
├── AlreadyMerged
├── NotMerged
├── DecidedDifferent
├── CorrectionSame
├── CorrectionOpen
└── CorrectionDecided
"""

from kangmai.kernel.errors import Conflict, Incorrect, NotFound


class NameMissing(Incorrect):
    """A resident needs a name; for a newborn write the mother's name with 之子 or 之女."""

    zh = "请填写姓名；新生儿可填“母亲姓名之子/之女”。"


class BirthInFuture(Incorrect):
    """The birth date {birth_date} lies after today, {today}."""

    zh = "出生日期 {birth_date} 晚于今天 {today}。"


class SexUnknown(Incorrect):
    """'{code}' is not a sex of GB/T 2261.1 (0 unknown, 1 male, 2 female, 9 not stated)."""

    zh = "“{code}”不是 GB/T 2261.1 的性别代码（0 未知、1 男、2 女、9 未说明）。"


class PlaceUnknown(Incorrect):
    """There is no division with the code {code}."""

    zh = "没有代码为 {code} 的行政区划。"


class VillageUnknown(Incorrect):
    """A record number names the village, and of this home ({code}) no village is known. Correct the resident's division first."""

    zh = (
        "档案编号须包含村（社区）代码，而该居民的住址（{code}）未到村（社区）。请先更正其所在区划。"
    )


class ReasonMissing(Incorrect):
    """Say in a few words why; who undoes this one day must understand it."""

    zh = "请简要说明理由，便于日后核对或撤销。"


class MergeWithItself(Incorrect):
    """A resident cannot be merged with himself."""

    zh = "不能将居民与其本人合并。"


class NotOfThisCase(Incorrect):
    """This resident is not among those the case is about."""

    zh = "该居民不属于本次审核的范围。"


class ResidentNotFound(NotFound):
    """There is no such resident, or he is not for you to see."""

    zh = "没有该居民，或您无权查看。"


class ReviewNotFound(NotFound):
    """There is no such open case, or it is about residents outside your area."""

    zh = "没有该待审核事项，或涉及的居民不在您的管辖范围内。"


class DocumentTaken(Conflict):
    """This document belongs to a resident already (index number {index_number}). Open that resident instead of making a second one."""

    zh = "该证件已属于一名居民（主索引号 {index_number}），请直接打开，不要重复建档。"


class ResidentExists(Conflict):
    """This person is almost certainly registered already (index number {index_number}). Open that resident, or state that you have compared the two and they differ."""

    zh = "此人几乎可以确定已建档（主索引号 {index_number}）。请打开该居民；如已核对确为不同的人，请勾选确认后再登记。"


class ResidentChanged(Conflict):
    """The resident was changed by someone else (version {current}, yours was {expected}). Look at the new state and repeat your change."""

    zh = "该居民信息已被他人修改（当前版本 {current}，您的版本 {expected}），请查看后重新修改。"


class RecordNumberGiven(Conflict):
    """This resident has a health record already, number {number}. One person has one record."""

    zh = "该居民已有健康档案，编号 {number}，一人一档，不再另编。"


class RecordNumbersUsedUp(Conflict):
    """The village {village} has given all 99,999 record numbers. Ask the county how the village is to be divided."""

    zh = "村（社区）{village} 的 99,999 个档案编号已用完，请向县级主管部门申请划分。"


class ReviewChanged(Conflict):
    """The case was changed by someone else or by new data (version {current}, yours was {expected}). Look at it again."""

    zh = "该事项已被他人处理或因新数据而变化（当前版本 {current}，您的版本 {expected}），请重新查看。"


class AlreadyMerged(Conflict):
    """This resident was merged already (into index number {index_number}). Undo that merge first."""

    zh = "该居民已被合并（并入主索引号 {index_number}）。请先撤销该合并。"


class NotMerged(Conflict):
    """This resident is not merged into another."""

    zh = "该居民没有被合并。"


class DecidedDifferent(Conflict):
    """Somebody compared these two residents and found them different. Withdraw that decision first if it was wrong."""

    zh = "已有人核对并认定这两名居民不是同一人。如认定有误，请先撤销该认定。"


class CorrectionNotFound(NotFound):
    """There is no such correction, or it is not yours to see."""

    zh = "没有此更正申请，或您无权查看。"


class CorrectionUnclear(Incorrect):
    """Say what is right ({field}) and why; a birth date is written 1986-04-12, a sex 1 (male) or 2 (female), a phone in digits."""

    zh = "请填写正确的内容（{field}）和理由；出生日期写作 1986-04-12，性别填 1（男）或 2（女），电话填数字。"


class CorrectionSame(Conflict):
    """That is what the record says already ({field})."""

    zh = "档案中已是该内容（{field}）。"


class CorrectionOpen(Conflict):
    """You have asked for this correction already ({field}), and it is not decided yet. Withdraw it to ask for another."""

    zh = "您已就此项（{field}）提出更正，尚未处理；如需修改请先撤回。"


class CorrectionDecided(Conflict):
    """The correction was decided or withdrawn meanwhile. Look at it again."""

    zh = "该更正申请已被处理或撤回，请重新查看。"


class AnswerMissing(Incorrect):
    """Tell the resident why the correction is declined, or what was done."""

    zh = "请向居民说明不予更正的理由或已做的处理。"


class UnmaskReasonMissing(Incorrect):
    """Say why you need the whole number, in at least four characters: the resident will read it."""

    zh = "请说明需要查看完整号码的理由（至少四个字），居民本人可以看到。"
