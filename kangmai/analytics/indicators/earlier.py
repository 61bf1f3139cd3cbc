"""Periods that a figure is held against: the one before, those of a trend, the week before, runs of whole months."""

from collections.abc import Iterator
from datetime import date, timedelta

from kangmai.analytics.indicators.definition import Indicator, kinds_of, twelve_months_to
from kangmai.standards.periods import Period, day, month, quarter

TREND_MONTHS = 13
TREND_QUARTERS = 9
LEVEL_MONTHS = 24
LEVEL_QUARTERS = 12
WEEK = timedelta(days=7)


def months_before(first: date, months: int) -> date:
    """The first of the month so many months earlier."""
    number, index = divmod(first.year * 12 + first.month - 1 - months, 12)
    return date(number, index + 1, 1)


def period_before(period: Period) -> Period | None:
    """The period just before, as 环比 compares: day, month, quarter; of twelve months those that end a month earlier.

    None for a span that is none of these.
    """
    kinds, start = kinds_of(period), period.start
    if "day" in kinds:
        return day(start - timedelta(days=1))
    if "month" in kinds or "quarter" in kinds:
        return Period(months_before(start, 1 if "month" in kinds else 3), start)
    return twelve_months_to(months_before(period.end, 1)) if "year" in kinds else None


def trend_periods(period: Period) -> list[Period]:
    """The periods of the same kind up to this one's end: months, quarters, or twelve months to each month."""
    kinds = kinds_of(period)
    if "month" in kinds:
        return list(_months(period.start, TREND_MONTHS))
    if "quarter" in kinds:
        return list(_quarters(period.start, TREND_QUARTERS))
    if "year" in kinds:
        ends = [months_before(period.end, n) for n in range(TREND_MONTHS)]
        return [twelve_months_to(each) for each in reversed(ends)]
    return [period]


def level_periods(rule: Indicator, end: date) -> list[Period]:
    """Months, else quarters, that do not overlap, up to a day: of such a series a change of level can be said."""
    first = end.replace(day=1)
    if "month" in rule.periods:
        return list(_months(months_before(first, 1), LEVEL_MONTHS))
    if "quarter" in rule.periods:
        whole = months_before(first, (first.month - 1) % 3 + 3)
        return list(_quarters(whole, LEVEL_QUARTERS))
    return []


def week_and_before(today: date) -> tuple[Period, Period]:
    """The twelve months up to today and those up to a week ago: all that lies between them came in a week."""
    return twelve_months_up_to(today), twelve_months_up_to(today - WEEK)


def twelve_months_up_to(end: date) -> Period:
    """The twelve months before any day."""
    start = date(end.year - 1, end.month, 28 if (end.month, end.day) == (2, 29) else end.day)
    return Period(start, end)


def _months(latest: date, count: int) -> Iterator[Period]:
    for n in reversed(range(count)):
        first = months_before(latest, n)
        yield month(first.year, first.month)


def _quarters(latest: date, count: int) -> Iterator[Period]:
    for n in reversed(range(count)):
        first = months_before(latest, 3 * n)
        yield quarter(first.year, (first.month + 2) // 3)
