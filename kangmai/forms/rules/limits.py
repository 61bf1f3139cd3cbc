"""Whether a value lies within the limits of its item: outside the hard ones it is refused, outside the soft ones confirmed."""

import calendar
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from kangmai.forms.rules.faults import Wrong, said
from kangmai.forms.rules.spelling import written
from kangmai.forms.types import (
    DayLimit,
    DayUnit,
    Fault,
    FaultKind,
    Item,
    Limit,
    Range,
    Span,
    Value,
)


def find_limit_fault(
    item: Item, value: Value, place: str, *, on: date, confirmed: str | None
) -> Fault | None:
    """What is wrong with the size of a value, if anything.

    Args:
        on: the day of entry, from which limits of days are counted.
        confirmed: what was confirmed for this place, as `written`.
    """
    if isinstance(value, bool) or not isinstance(value, Decimal | int | date):
        return None
    if not is_within(value, item.refuse, on=on):
        return _fault(Wrong.OUTSIDE, item, place, item.refuse, on)
    if is_within(value, item.warn, on=on) or confirmed == written(value):
        return None
    fault = _fault(Wrong.UNUSUAL, item, place, item.warn, on)
    return replace(
        fault,
        kind=FaultKind.TO_CONFIRM,
        confirm_name=f"confirm.{place}",
        confirm_value=written(value),
    )


def is_unusual(item: Item, value: Value, *, on: date) -> bool:
    """Whether a value is one that had to be confirmed on a day of entry."""
    is_measured = isinstance(value, Decimal | int | date) and not isinstance(value, bool)
    return is_measured and not is_within(value, item.warn, on=on)


def is_within(value: Value, limits: Range, *, on: date) -> bool:
    """Whether a number or day lies between two limits, both of which are inside."""
    low, high = bound(limits.low, on=on), bound(limits.high, on=on)
    return (low is None or low <= value) and (high is None or value <= high)  # type: ignore[operator]


def bound(limit: Limit | None, *, on: date) -> Decimal | date | None:
    """A limit as a value: a day where it was counted from the day of entry."""
    if not isinstance(limit, DayLimit):
        return limit
    return plus(on, limit.before) if limit.is_after else minus(on, limit.before)


def plus(day: date, span: Span) -> date:
    """The day a calendar span later; the last of the month where that month is shorter."""
    if span.unit is DayUnit.DAY:
        return day + timedelta(days=span.count)
    return _months_later(day, span.count * (12 if span.unit is DayUnit.YEAR else 1))


def minus(day: date, span: Span) -> date:
    """The day a calendar span earlier; the last of the month where that month is shorter."""
    if span.unit is DayUnit.DAY:
        return day - timedelta(days=span.count)
    return _months_later(day, -span.count * (12 if span.unit is DayUnit.YEAR else 1))


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _fault(wrong: Wrong, item: Item, place: str, limits: Range, on: date) -> Fault:
    return said(
        wrong,
        item,
        place,
        zh={"range": in_words(item, limits, on=on, language="zh")},
        en={"range": in_words(item, limits, on=on, language="en")},
    )


def in_words(item: Item, limits: Range, *, on: date, language: str) -> str:
    """A range as people say it: `50–300 mmHg`, `2026-05-02 及以前`."""
    low, high = bound(limits.low, on=on), bound(limits.high, on=on)
    unit = f" {item.unit.words[language]}" if item.unit else ""
    if low is not None and high is not None:
        return f"{low}–{high}{unit}"
    if isinstance(low or high, date):
        above, below = ("及以后", "及以前") if language == "zh" else ("or later", "or earlier")
    else:
        above, below = ("及以上", "及以下") if language == "zh" else ("or more", "or less")
    return f"{low}{unit} {above}" if high is None else f"{high}{unit} {below}"
