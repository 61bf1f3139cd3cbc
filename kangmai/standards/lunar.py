"""The traditional lunar calendar: to a date of life and back.

Older residents often give a lunar birthday. Sound for 1900 to 2100.
Source: GB/T 33661-2017 农历的编算和颁行, by lunar_python (MIT).
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from kangmai.standards.errors import LunarDateIncorrect

FIRST_YEAR, LAST_YEAR = 1900, 2100

_DIGITS = "〇一二三四五六七八九"
_MONTHS = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊")
_TENS = ("初", "十", "廿", "三")


@dataclass(frozen=True, slots=True)
class LunarDate:
    """A day of the lunar calendar; `is_leap` where the month repeats the one before (闰月)."""

    year: int
    month: int
    day: int
    is_leap: bool = False

    def __str__(self) -> str:
        year = "".join(_DIGITS[int(digit)] for digit in str(self.year))
        leap = "闰" if self.is_leap else ""
        return f"{year}年{leap}{_MONTHS[self.month - 1]}月{_day_in_chinese(self.day)}"


def _day_in_chinese(day: int) -> str:
    if day % 10 == 0:
        return {10: "初十", 20: "二十", 30: "三十"}[day]
    return _TENS[day // 10] + _DIGITS[day % 10]


@lru_cache(maxsize=4096)
def to_lunar(day: date) -> LunarDate:
    """The lunar date of a day. Raises LunarDateIncorrect outside 1900-01-31 to the end of lunar 2100."""
    from lunar_python import Solar

    lunar = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    if not FIRST_YEAR <= lunar.getYear() <= LAST_YEAR:
        raise LunarDateIncorrect(year=lunar.getYear(), month=lunar.getMonth(), day=lunar.getDay())
    month = lunar.getMonth()
    return LunarDate(year=lunar.getYear(), month=abs(month), day=lunar.getDay(), is_leap=month < 0)


@lru_cache(maxsize=4096)
def from_lunar(lunar: LunarDate) -> date:
    """The day of a lunar date. Raises LunarDateIncorrect where the calendar has no such day."""
    if not _exists(lunar):
        raise LunarDateIncorrect(year=lunar.year, month=_month_text(lunar), day=lunar.day)
    from lunar_python import Lunar

    solar = Lunar.fromYmd(lunar.year, _signed_month(lunar), lunar.day).getSolar()
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


def _exists(lunar: LunarDate) -> bool:
    from lunar_python import LunarMonth

    if not FIRST_YEAR <= lunar.year <= LAST_YEAR or not 1 <= lunar.month <= 12 or lunar.day < 1:
        return False
    month = LunarMonth.fromYm(lunar.year, _signed_month(lunar))
    return month is not None and lunar.day <= month.getDayCount()


def _signed_month(lunar: LunarDate) -> int:
    return -lunar.month if lunar.is_leap else lunar.month


def _month_text(lunar: LunarDate) -> str:
    return f"闰{lunar.month}" if lunar.is_leap else str(lunar.month)
