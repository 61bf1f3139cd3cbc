"""Legal days, working days with Chinese holidays, and weeks.

Days are days of Asia/Shanghai. Holidays and make-up working days are those that the State Council
announced, as `chinesecalendar` (MIT) has them; outside the announced years weekends are days off and
the answer is provisional: it is to be computed again when the year has been announced.

Source: 全国年节及纪念日放假办法 and the yearly notices of the General Office of the State Council;
weeks by GB/T 7408.1 (ISO 8601-1), Monday to Sunday.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

LEGAL_TIME = ZoneInfo("Asia/Shanghai")
ONE_DAY = timedelta(days=1)


class WorkingDay(NamedTuple):
    """A day found by counting working days; provisional where a year's holidays are not announced."""

    day: date
    provisional: bool


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """A week of ISO 8601; the year is that of its Thursday."""

    year: int
    number: int

    @property
    def monday(self) -> date:
        """The first day of the week."""
        return date.fromisocalendar(self.year, self.number, 1)

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"


@dataclass(frozen=True, slots=True)
class _Holidays:
    days_off: frozenset[date]
    made_up: frozenset[date]
    first_year: int
    end_year: int


def legal_day(at: datetime) -> date:
    """The legal day of an instant: the date on a clock in Shanghai. `at` is aware."""
    if at.tzinfo is None:
        raise ValueError("an instant without a time zone has no legal day")
    return at.astimezone(LEGAL_TIME).date()


def start_of_day(day: date) -> datetime:
    """The instant in UTC at which a legal day begins."""
    return datetime.combine(day, time.min, tzinfo=LEGAL_TIME).astimezone(UTC)


def is_announced(year: int) -> bool:
    """Whether the holidays of a year are at hand."""
    holidays = _holidays()
    return holidays.first_year <= year < holidays.end_year


def is_working_day(day: date) -> bool:
    """Whether offices work on a day; by weekends alone where the year is not announced."""
    holidays = _holidays()
    if day in holidays.made_up:
        return True
    return day.weekday() < 5 and day not in holidays.days_off


def holiday_name(day: date) -> str | None:
    """The holiday that a day off belongs to, in Chinese, or None: 2025-10-01 is 国庆节."""
    from chinese_calendar import Holiday
    from chinese_calendar.constants import holidays

    name = holidays.get(day)
    return None if name is None else str(Holiday(name).chinese)


def add_working_days(start: date, count: int) -> WorkingDay:
    """The day on which a time limit of `count` working days ends that begins on `start`.

    The day of beginning is not counted (民法典 article 201). With 0 it is `start` itself, or the next
    working day where `start` is a day off.
    """
    if count < 0:
        raise ValueError("a time limit has no fewer than 0 days")
    day, left, announced = start, count, is_announced(start.year)
    while left > 0 or not is_working_day(day):
        day += ONE_DAY
        announced = announced and is_announced(day.year)
        left -= is_working_day(day)
    return WorkingDay(day=day, provisional=not announced)


def next_working_day(day: date) -> WorkingDay:
    """The day itself if it is a working day, else the next: where a limit's last day is a day off."""
    return add_working_days(day, 0)


def working_days_between(start: date, end: date) -> int:
    """The working days in the half-open period [start, end); negative where `end` is before `start`."""
    if end < start:
        return -working_days_between(end, start)
    return sum(is_working_day(start + timedelta(days=n)) for n in range((end - start).days))


def epidemiological_week(day: date) -> Week:
    """The week in which surveillance counts a day."""
    year, number, _ = day.isocalendar()
    return Week(year=year, number=number)


@cache
def _holidays() -> _Holidays:
    from chinese_calendar.constants import holidays, workdays

    return _Holidays(
        days_off=frozenset(holidays),
        made_up=frozenset(workdays),
        first_year=min(holidays).year,
        end_year=max(holidays).year + 1,
    )
