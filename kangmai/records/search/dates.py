"""Dates and times as half-open ranges of instants.

A day, month or year is counted in China Standard Time (UTC+8 all year: the law's day), a time to
the second, or as finely as it is written. A Period without an end never ends.
Source: FHIR R4, https://hl7.org/fhir/R4/search.html#date and https://hl7.org/fhir/R4/datatypes.html#dateTime
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

CHINA = timezone(timedelta(hours=8))
EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 12, 31, tzinfo=UTC)

WIDE = timedelta(days=32)
"""Ranges longer than this are indexed under the negative number of their parameter.

Any shorter one that reaches past an instant begins at most this long before it, so that the index by
beginnings can be entered close to the instant; the few long ones are looked through apart.
"""

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_WRITTEN = re.compile(
    r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?", re.ASCII
)

Range = tuple[datetime, datetime]


@lru_cache(maxsize=20_000)
def range_of(text: str) -> Range:
    """The instants that a FHIR date, dateTime or instant means, as [lo, hi) in UTC.

    Raises: ValueError where the text is none of these or names no real day.
    """
    length = len(text)
    if length > 10:
        return _time(text)
    if length == 10:
        day = datetime.fromisoformat(text + "T00:00:00+08:00")
        return _utc(day), _utc(day, _DAY)
    if length == 7 and text[4] == "-":
        year, month = int(text[:4]), int(text[5:])
        start = datetime(year, month, 1, tzinfo=CHINA)
        return _utc(start), _first_of_month(year + month // 12, month % 12 + 1)
    if length == 4:
        return _utc(datetime(int(text), 1, 1, tzinfo=CHINA)), _first_of_month(int(text) + 1, 1)
    raise ValueError(f"not a date: {text}")


def _time(text: str) -> Range:
    lo = datetime.fromisoformat(text.replace(":60", ":59") if ":60" in text else text)
    if lo.tzinfo is None:
        lo = lo.replace(tzinfo=CHINA)
    return _utc(lo), _utc(lo, _width(text))


def _width(text: str) -> timedelta:
    """How long the shortest written unit of a time is."""
    if len(text) <= 25 and text[16:17] == ":" and text[19:20] != ".":
        return _SECOND
    if text[16:17] != ":":
        return timedelta(minutes=1)
    digits = len(re.match(r"[0-9]*", text[20:])[0])  # type: ignore[index]
    return timedelta(microseconds=10 ** max(0, 6 - digits))


def _utc(at: datetime, width: timedelta = timedelta(0)) -> datetime:
    try:
        return (at + width).astimezone(UTC)
    except OverflowError:
        return EARLIEST if at.year < 2 else LATEST


def _first_of_month(year: int, month: int) -> datetime:
    return LATEST if year > 9998 else _utc(datetime(year, month, 1, tzinfo=CHINA))


def range_of_query(text: str) -> Range:
    """As `range_of`, for a value in a search, which must be written as FHIR writes dates."""
    if not _WRITTEN.fullmatch(text):
        raise ValueError(f"not a date: {text}")
    return range_of(text)


def period_range(period: dict) -> Range | None:
    """From the start of a Period's first instant to the end of its last; None where it has neither."""
    start, end = period.get("start"), period.get("end")
    if not start and not end:
        return None
    lo = range_of(start)[0] if start else EARLIEST
    return lo, range_of(end)[1] if end else LATEST


def timing_range(timing: dict) -> Range | None:
    """The outer bounds of a Timing: its events and the period its repetition is bound to."""
    ranges = [range_of(event) for event in timing.get("event", ()) if event]
    bounds = period_range(timing.get("repeat", {}).get("boundsPeriod", {}))
    if bounds:
        ranges.append(bounds)
    if not ranges:
        return None
    return min(lo for lo, _ in ranges), max(hi for _, hi in ranges)


def widened(wanted: Range, at: datetime) -> Range:
    """The range for `ap`: a tenth of the time between the value and now is added on both sides."""
    lo, hi = wanted
    margin = max(abs(at - lo), abs(at - hi)) / 10
    try:
        return lo - margin, hi + margin
    except OverflowError:
        return EARLIEST, LATEST
