"""When a need is to be served next, and which half of the day a check belongs to. Pure."""

from datetime import date, datetime, timedelta

from kangmai.epidemic.tasks.rulebook import rule
from kangmai.epidemic.tracing.types import Half
from kangmai.standards.calendars import LEGAL_TIME

__all__ = ["due_of_half", "half_of", "next_day", "rule"]

NOON, MORNING_ENDS, EVENING_ENDS = 12, 12, 20


def next_day(due: date, every_days: int, *, served_on: date) -> date:
    """The day on which a need that was served is due again: its own rhythm, or a fresh one if it was late by a turn.

    >>> next_day(date(2026, 11, 20), 2, served_on=date(2026, 11, 21))
    datetime.date(2026, 11, 22)
    """
    following = due + timedelta(days=every_days)
    return following if following > served_on else served_on + timedelta(days=every_days)


def half_of(at: datetime) -> Half:
    """Whether it is before noon in Shanghai, or after."""
    return Half.MORNING if at.astimezone(LEGAL_TIME).hour < NOON else Half.EVENING


def due_of_half(day: date, half: Half) -> datetime:
    """Until when the check of half a day is made: noon, or eight in the evening."""
    hour = MORNING_ENDS if half is Half.MORNING else EVENING_ENDS
    return datetime(day.year, day.month, day.day, hour, tzinfo=LEGAL_TIME)
