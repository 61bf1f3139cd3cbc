"""Birth dates as desks write them, and the solar day that a lunar date stands for."""

import datetime
import re
import unicodedata
from functools import cache

YEAR_FIRST = re.compile(r"^(\d{4})\D+(\d{1,2})(?:\D+(\d{1,2}))?(?!\d)")
YEAR_LAST = re.compile(r"^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})(?!\d)")
RUN_TOGETHER = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:\D.*|\d{6})?$")
YEAR_MONTH = re.compile(r"^(\d{4})(\d{2})$")
YEAR_ONLY = re.compile(r"^(\d{4})(?:\.0)?年?$")
EARLIEST_YEAR, LATEST_YEAR = 1850, 2100
LUNAR_YEARS = range(1900, 2100)

NO_DATE = 0


def birth_number(text: str) -> int:
    """The date as the number YYYYMMDD, parts unknown or absent as zeros; 0 for no date.

    Impossible days stay as written (19370231): they still agree with themselves. Of `05/11/1980` the
    first number is the day, unless the second cannot be a month.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = text.strip()
    for pattern in (RUN_TOGETHER, YEAR_FIRST, YEAR_MONTH, YEAR_ONLY):
        if found := pattern.match(text):
            year, month, day = (int(part or 0) for part in (*found.groups(), 0, 0)[:3])
            return _number(year, month, day)
    if found := YEAR_LAST.match(text):
        first, second, year = map(int, found.groups())
        day, month = (first, second) if second <= 12 else (second, first)
        return _number(year, month, day)
    return NO_DATE


def _number(year: int, month: int, day: int) -> int:
    return year * 10_000 + month * 100 + day if EARLIEST_YEAR <= year <= LATEST_YEAR else NO_DATE


def ordinal(number: int) -> int:
    """The day's place in the calendar (Python's ordinal), or 0 where YYYYMMDD is no day."""
    try:
        return datetime.date(number // 10_000, number // 100 % 100, number % 100).toordinal()
    except ValueError:
        return 0


def lunar_ordinal(number: int) -> int:
    """The solar day, as an ordinal, that YYYYMMDD means when read as a lunar date; 0 if none."""
    year, month, day = number // 10_000, number // 100 % 100, number % 100
    if year not in LUNAR_YEARS or not 1 <= month <= 12 or not 1 <= day <= 30:
        return 0
    return _lunar_months(year)[month - 1] + day - 1


def other_calendar(number: int) -> tuple[int, ...]:
    """The dates that YYYYMMDD may stand for if one of two desks wrote the lunar date: its solar days when
    read as a lunar date (two, where that month has a leap month after it), and its own lunar date."""
    found = _solar_of(number)
    if (day := ordinal(number)) and (lunar := _lunar_of(day)):
        found.append(lunar)
    return tuple(each for each in found if each != number)


def _solar_of(number: int) -> list[int]:
    """The solar days, as YYYYMMDD, that a lunar date may mean."""
    year, month, day = number // 10_000, number // 100 % 100, number % 100
    if year not in LUNAR_YEARS or not 1 <= day <= 30:
        return []
    starts = [first for first, each in _all_lunar_months(year) if each == month]
    solar = [datetime.date.fromordinal(first + day - 1) for first in starts]
    return [each.year * 10_000 + each.month * 100 + each.day for each in solar]


def _lunar_of(day: int) -> int:
    """The lunar date of a solar day (an ordinal) as YYYYMMDD, 0 outside the years that are known."""
    year = datetime.date.fromordinal(day).year
    for lunar_year in (year, year - 1):
        if lunar_year not in LUNAR_YEARS:
            continue
        for first, month in reversed(_all_lunar_months(lunar_year)):
            if first <= day:
                return lunar_year * 10_000 + month * 100 + day - first + 1
    return 0


@cache
def _all_lunar_months(year: int) -> tuple[tuple[int, int], ...]:
    """The ordinals of the first days of all months of a lunar year and their numbers, in order."""
    from lunar_python import LunarYear

    months = [m for m in LunarYear.fromYear(year).getMonths() if m.getYear() == year]
    return tuple(
        sorted((int(m.getFirstJulianDay() + 0.5) - 1_721_425, abs(m.getMonth())) for m in months)
    )


@cache
def _lunar_months(year: int) -> tuple[int, ...]:
    """The ordinals of the first days of the twelve months of a lunar year, leap months left out."""
    from lunar_python import LunarYear

    julian = {
        month.getMonth(): month.getFirstJulianDay()
        for month in LunarYear.fromYear(year).getMonths()
        if month.getYear() == year
    }
    return tuple(int(julian[month] + 0.5) - 1_721_425 for month in range(1, 13))
