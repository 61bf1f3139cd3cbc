"""Single values of HL7 v2 as FHIR primitives.

Source: HL7 2.9, chapter 2A (DTM, NM, TM); FHIR R4, https://hl7.org/fhir/R4/datatypes.html#primitive
"""

import datetime
import re
from zoneinfo import ZoneInfo

import orjson

from kangmai.exchange.hl7v2.mapping.faults import TYPE, faulty
from kangmai.exchange.hl7v2.types import Place

_TIME = re.compile(
    r"^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.(\d{1,4}))?)?)?)?)?)?([+-]\d{4})?$"
)
_NUMBER = re.compile(r"^[+]?(-?)0*(\d+)(\.\d+)?$|^[+]?(-?)(\.\d+)$")
_CLOCK = re.compile(r"^(\d{2})(\d{2})?(\d{2})?(?:\.\d+)?(?:[+-]\d{4})?$")
SHANGHAI = ZoneInfo("Asia/Shanghai")
"""Times without an offset are the legal time of this country."""


def date(text: str, place: Place) -> str:
    """A date, as precise as it was sent. Raises Faulty."""
    year, month, day, *_ = _parts(text, place)
    return "-".join(part for part in (year, month, day) if part)


def date_time(text: str, place: Place) -> str:
    """A date, or an instant to the second with its offset. Raises Faulty."""
    year, month, day, hour, *_ = _parts(text, place)
    return instant(text, place) if hour else "-".join(p for p in (year, month, day) if p)


def instant(text: str, place: Place) -> str:
    """An instant; a day alone begins at midnight. Raises Faulty."""
    return moment(text, place).isoformat()


def moment(text: str, place: Place) -> datetime.datetime:
    """An instant with its offset. Raises Faulty."""
    year, month, day, hour, minute, second, fraction, offset = _parts(text, place)
    if not day:
        raise _not_a_time(place)
    milliseconds = int((fraction or "0").ljust(4, "0")[:3]) * 1000
    try:
        local = datetime.datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0),
            min(int(second or 0), 59), milliseconds, tzinfo=SHANGHAI,
        )  # fmt: skip
    except ValueError:
        raise _not_a_time(place) from None
    if not offset:
        return local
    minutes = int(offset[1:3]) * 60 + int(offset[3:])
    zone = datetime.timedelta(minutes=minutes if offset[0] == "+" else -minutes)
    if abs(zone) > datetime.timedelta(hours=14):
        raise _not_a_time(place)
    return local.replace(tzinfo=datetime.timezone(zone))


def _parts(text: str, place: Place) -> tuple[str, ...]:
    found = _TIME.match(text)
    if not found:
        raise _not_a_time(place)
    year, month, day, *rest = (each or "" for each in found.groups())
    try:
        datetime.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise _not_a_time(place) from None
    return year, month, day, *rest


def time(text: str, place: Place) -> str:
    """A time of day. Raises Faulty."""
    found = _CLOCK.match(text)
    hour, minute, second = (int(each or 0) for each in found.groups()) if found else (99, 0, 0)
    if hour > 23 or minute > 59 or second > 59:
        raise faulty(TYPE, place, "this is not a time (HHMMSS)", "不是时间（HHMMSS）")
    return f"{hour:02}:{minute:02}:{second:02}"


def decimal(text: str, place: Place) -> orjson.Fragment:
    """A number with the digits it was sent with. Raises Faulty."""
    found = _NUMBER.match(text)
    if not found:
        raise faulty(TYPE, place, "this is not a number", "不是数字")
    sign, whole, part, bare_sign, bare = (each or "" for each in found.groups())
    return orjson.Fragment(f"{sign}{whole}{part}" if whole else f"{bare_sign}0{bare}")


def positive(text: str, place: Place) -> int:
    """A whole number from 1. Raises Faulty."""
    number = text.removesuffix(".0").removeprefix("+")
    if not number.isascii() or not number.isdigit() or not 0 < int(number) < 2**31:
        raise faulty(TYPE, place, "this is not a whole number from 1", "不是从 1 起的整数")
    return int(number)


def boolean(text: str, place: Place) -> bool:
    """Y or N. Raises Faulty."""
    if text not in ("Y", "N"):
        raise faulty(TYPE, place, "write Y or N", "应为 Y 或 N")
    return text == "Y"


def _not_a_time(place: Place) -> Exception:
    return faulty(
        TYPE,
        place,
        "this is not a date or time (YYYYMMDDHHMMSS)",
        "不是日期或时间（YYYYMMDDHHMMSS）",
    )
