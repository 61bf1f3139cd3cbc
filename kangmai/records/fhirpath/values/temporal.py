"""Dates, dateTimes and times of partial precision: reading, writing, order and key.

Two values of unequal precision that agree as far as both go have no order: the answer is unknown.
The same holds where one value has a time zone, the other has none, and the span of real time zones
(-12:00 to +14:00) could turn the answer.

Source: FHIRPath, Date, DateTime, Time and their comparison, https://hl7.org/fhirpath/#comparison
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
CLOCK = re.compile(r"(\d{2})(?::(\d{2})(?::(\d{2})(?:\.(\d+))?)?)?")
ZONE = re.compile(r"Z|[+-]\d{2}:\d{2}")
EASTERNMOST, WESTERNMOST = 14 * 60, -12 * 60  # minutes from UTC
Order = int | None


class NotATime(ValueError):
    """A text that is no date, dateTime or time."""


@dataclass(frozen=True, slots=True)
class Date:
    """Year, month and day, as far as known."""

    parts: tuple[int, ...]

    def __str__(self) -> str:
        return day_text(self.parts)


@dataclass(frozen=True, slots=True)
class DateTime:
    """Year to second as far as known, the digits of the fraction, the offset in minutes."""

    parts: tuple[int, ...]
    fraction: str = ""
    offset: int | None = None

    def __str__(self) -> str:
        if len(self.parts) <= 3:
            return day_text(self.parts)
        clock = clock_text(self.parts[3:], self.fraction)
        return f"{day_text(self.parts[:3])}T{clock}{zone_text(self.offset)}"


@dataclass(frozen=True, slots=True)
class Time:
    """Hour to second as far as known, and the digits of the fraction."""

    parts: tuple[int, ...]
    fraction: str = ""

    def __str__(self) -> str:
        return clock_text(self.parts, self.fraction)


Temporal = Date | DateTime | Time


def day_text(parts: tuple[int, ...]) -> str:
    return "-".join(f"{part:0{4 if place == 0 else 2}}" for place, part in enumerate(parts))


def clock_text(parts: tuple[int, ...], fraction: str) -> str:
    text = ":".join(f"{part:02}" for part in parts)
    return f"{text}.{fraction}" if fraction else text


def zone_text(offset: int | None) -> str:
    if offset is None:
        return ""
    hours, minutes = divmod(abs(offset), 60)
    return f"{'-' if offset < 0 else '+'}{hours:02}:{minutes:02}" if offset else "Z"


def numbers(match: re.Match[str], groups: range) -> tuple[int, ...]:
    """The groups that took part, as numbers."""
    return tuple(int(match[group]) for group in groups if match[group] is not None)


@lru_cache(maxsize=65536)
def read_date(text: str) -> Date:
    """A FHIR date. Raises: NotATime."""
    match = DAY.fullmatch(text)
    if match is None:
        raise NotATime("not a date")
    parts = numbers(match, range(1, 4))
    check_day(parts)
    return Date(parts)


@lru_cache(maxsize=65536)
def read_time(text: str) -> Time:
    """A FHIR time. Raises: NotATime."""
    match = CLOCK.fullmatch(text)
    if match is None:
        raise NotATime("not a time")
    parts = numbers(match, range(1, 4))
    check_clock(parts)
    return Time(parts, match[4] or "")


@lru_cache(maxsize=65536)
def read_date_time(text: str) -> DateTime:
    """A FHIR dateTime or instant, or a date as a dateTime. Raises: NotATime."""
    day, _, rest = text.partition("T")
    parts = read_date(day).parts
    if not rest:
        return DateTime(parts)
    zone = re.search(r"(?:Z|[+-]\d{2}:\d{2})$", rest)
    clock = read_time(rest[: zone.start()] if zone else rest)
    if len(parts) < 3:
        raise NotATime("a time without a day")
    return DateTime(parts + clock.parts, clock.fraction, read_zone(zone.group()) if zone else None)


def read_zone(text: str) -> int:
    """Minutes from UTC. Raises: NotATime."""
    if text == "Z":
        return 0
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 14 or minutes > 59:
        raise NotATime("no such time zone")
    return (hours * 60 + minutes) * (-1 if text[0] == "-" else 1)


def read_literal(text: str) -> Temporal:
    """What stands after `@` in an expression. Raises: NotATime."""
    text = text[1:]
    if text.startswith("T"):
        return read_time(text[1:])
    return read_date_time(text) if "T" in text else read_date(text)


def check_day(parts: tuple[int, ...]) -> None:
    year, month, day = (*parts, 1, 1)[:3]
    try:
        date(year, month, day)
    except ValueError:
        raise NotATime("no such day in the calendar") from None


def check_clock(parts: tuple[int, ...]) -> None:
    hour, minute, second = (*parts, 0, 0)[:3]
    try:
        time(hour, minute, 0 if second == 60 else second)  # FHIR allows leap seconds
    except ValueError:
        raise NotATime("no such time of day") from None


def from_datetime(moment: datetime) -> DateTime:
    """An aware moment, to the millisecond."""
    offset = moment.utcoffset() or timedelta()
    parts = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    fraction = f"{moment.microsecond // 1000:03}"
    return DateTime(parts, fraction, int(offset.total_seconds()) // 60)


def offset_of(value: Temporal) -> int | None:
    """The offset that counts: a day alone has none."""
    if isinstance(value, DateTime) and len(value.parts) > 3:
        return value.offset
    return None


def fields(value: Temporal) -> tuple[int | Decimal, ...]:
    """The parts in order, seconds with their fraction, moved to UTC where the offset is known."""
    if isinstance(value, DateTime) and value.offset and len(value.parts) > 3:
        value = in_utc(value)
    full = 3 if isinstance(value, Time) else 6
    if isinstance(value, Date) or len(value.parts) < full:
        return value.parts
    return (*value.parts[:-1], Decimal(f"{value.parts[-1]}.{value.fraction or 0}"))


def in_utc(value: DateTime) -> DateTime:
    """The same moment in UTC; at the ends of the calendar, unmoved."""
    known = len(value.parts)
    parts = (*value.parts, 0, 0)[:6]
    try:
        moved = clock_moment(parts) - timedelta(minutes=value.offset or 0)
    except OverflowError:
        return value
    in_full = (*moved.timetuple()[:5], parts[5])
    return DateTime(in_full[:known], value.fraction, 0)


def clock_moment(parts: tuple[int, ...]) -> datetime:
    """Year to second as a moment on a clock without zone; a leap second counts as the 59th."""
    year, month, day, hour, minute, second = parts
    return datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001


def order(left: Temporal, right: Temporal) -> Order:
    """-1, 0 or 1, or None where precision or time zone leave it open."""
    if (offset_of(left) is None) != (offset_of(right) is None):
        return order_across_zones(left, right)
    ours, theirs = fields(left), fields(right)
    for mine, other in zip(ours, theirs, strict=False):
        if mine != other:
            return -1 if mine < other else 1
    return 0 if len(ours) == len(theirs) else None


def order_across_zones(left: Temporal, right: Temporal) -> Order:
    """The order of a zoned and an unzoned value, if no time zone could turn it."""
    if last_moment(left) < first_moment(right):
        return -1
    if first_moment(left) > last_moment(right):
        return 1
    return None


def first_moment(value: Temporal) -> datetime:
    """The earliest UTC moment a value may stand for."""
    parts = (*value.parts, *(1, 1, 1, 0, 0, 0)[len(value.parts) :])
    return shifted(parts, value, EASTERNMOST)


def last_moment(value: Temporal) -> datetime:
    """The latest UTC moment a value may stand for."""
    known = len(value.parts)
    parts = (*value.parts, *(1, 12, 31, 23, 59, 59)[known:])
    if known < 3:
        parts = (*parts[:2], days_in_month(parts[0], parts[1]), *parts[3:])
    return shifted(parts, value, WESTERNMOST)


def shifted(parts: tuple[int, ...], value: Temporal, default: int) -> datetime:
    """The moment of full parts in the value's zone, else in the zone `default`."""
    offset = offset_of(value)
    minutes = timedelta(minutes=default if offset is None else offset)
    moment = clock_moment(parts)
    try:
        return moment - minutes
    except OverflowError:
        return moment


def days_in_month(year: int, month: int) -> int:
    """28 to 31."""
    if month == 12:
        return 31
    return (date(year, month + 1, 1) - timedelta(days=1)).day


def key(value: Temporal) -> tuple[object, ...]:
    """Equal for two values exactly if they are surely equal."""
    kind = "time" if isinstance(value, Time) else "day"
    return kind, offset_of(value) is None, fields(value)
