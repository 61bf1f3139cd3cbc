"""Periods of reporting: half-open runs of days, read from the short forms people write.

2025 · 2025Q1 · 2025-03 · 2025-W10 · 2025-03-01 · 2025-03-01/2025-04-01 (the end is not in it).
The statistical year of maternal and child health (妇幼统计年度) of 2025 is 2024-10-01 to 2025-09-30;
the school year of 2025 is 2025-09-01 to 2026-08-31.

Source: ISO 8601 for the forms; 全国妇幼健康统计调查制度 for the October year (from memory).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from kangmai.standards.errors import PeriodIncorrect

_YEAR = re.compile(r"(\d{4})", re.ASCII)
_QUARTER = re.compile(r"(\d{4})-?Q([1-4])", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_WEEK = re.compile(r"(\d{4})-?W(\d{2})", re.ASCII)
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_SPAN = re.compile(r"(\d{4}-\d{2}-\d{2})/(\d{4}-\d{2}-\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from `start` up to, not including, `end`; never empty."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise PeriodIncorrect(text=f"{self.start}/{self.end}")

    @property
    def length_days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days

    @property
    def latest_day(self) -> date:
        """The last day in it."""
        return self.end - timedelta(days=1)

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __iter__(self) -> Iterator[date]:
        return (self.start + timedelta(days=n) for n in range(self.length_days))

    def __str__(self) -> str:
        return f"{self.start.isoformat()}/{self.end.isoformat()}"


def parse_period(text: str) -> Period:
    """Read one of the short forms. Raises PeriodIncorrect."""
    written = text.strip().upper()
    for pattern, build in _FORMS:
        found = pattern.fullmatch(written)
        if found:
            try:
                return build(*found.groups())
            except (ValueError, PeriodIncorrect) as error:
                raise PeriodIncorrect(text=text) from error
    raise PeriodIncorrect(text=text)


def year(number: int) -> Period:
    """A calendar year."""
    return Period(start=date(number, 1, 1), end=date(number + 1, 1, 1))


def quarter(number: int, part: int) -> Period:
    """A quarter, `part` 1 to 4, of a calendar year."""
    return Period(start=date(number, 3 * part - 2, 1), end=_first_of_month(number, 3 * part + 1))


def month(number: int, part: int) -> Period:
    """A month, `part` 1 to 12, of a calendar year."""
    return Period(start=date(number, part, 1), end=_first_of_month(number, part + 1))


def week(number: int, part: int) -> Period:
    """A week of ISO 8601, Monday to Sunday."""
    monday = date.fromisocalendar(number, part, 1)
    return Period(start=monday, end=monday + timedelta(weeks=1))


def maternal_child_year(number: int) -> Period:
    """The statistical year of maternal and child health: October of the year before to September."""
    return Period(start=date(number - 1, 10, 1), end=date(number, 10, 1))


def school_year(number: int) -> Period:
    """The school year that begins in September of the year."""
    return Period(start=date(number, 9, 1), end=date(number + 1, 9, 1))


def day(on: date) -> Period:
    """One day."""
    return Period(start=on, end=on + timedelta(days=1))


def _first_of_month(number: int, part: int) -> date:
    return date(number + (part - 1) // 12, (part - 1) % 12 + 1, 1)


def _span(start: str, end: str) -> Period:
    return Period(start=date.fromisoformat(start), end=date.fromisoformat(end))


_FORMS: tuple[tuple[re.Pattern[str], Callable[..., Period]], ...] = (
    (_YEAR, lambda y: year(int(y))),
    (_QUARTER, lambda y, q: quarter(int(y), int(q))),
    (_MONTH, lambda y, m: month(int(y), int(m))),
    (_WEEK, lambda y, w: week(int(y), int(w))),
    (_DAY, lambda y, m, d: day(date(int(y), int(m), int(d)))),
    (_SPAN, _span),
)
