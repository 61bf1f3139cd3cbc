"""What the resident index refuses.

Incorrect
├── NameMissing
├── BirthInFuture
├── SexUnknown
├── PlaceUnknown
└── DocumentDisagrees
NotFound
└── ResidentNotFound
Conflict
├── DocumentTaken
└── ResidentChanged
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


class DocumentDisagrees(Incorrect):
    """The identity number says another {what} than what was entered. Check both."""

    zh = "身份证号与填写的{what}不一致，请核对。"


class ResidentNotFound(NotFound):
    """There is no such resident, or he is not for you to see."""

    zh = "没有该居民，或您无权查看。"


class DocumentTaken(Conflict):
    """This document belongs to a resident already (index number {index_number}). Open that resident instead of making a second one."""

    zh = "该证件已属于一名居民（主索引号 {index_number}），请直接打开，不要重复建档。"


class ResidentChanged(Conflict):
    """The resident was changed by someone else (version {current}, yours was {expected}). Look at the new state and repeat your change."""

    zh = "该居民信息已被他人修改（当前版本 {current}，您的版本 {expected}），请查看后重新修改。"
