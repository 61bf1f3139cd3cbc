"""Which place a region code of an identity number meant, and whether it is still in use.

Numbers keep the code of the day they were issued, so an abolished code is as valid as a present one.

Source: GB/T 2260 and the yearly lists of the Ministry of Civil Affairs, with years to about one year.
"""

from dataclasses import dataclass
from enum import Enum
from functools import cache

from kangmai.standards.tables import read_rows


class RegionState(Enum):
    """What the lists know of a region code."""

    PRESENT = "present"
    ABOLISHED = "abolished"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Region:
    """A name that a region code has had. None as a year: since the first list, or still in use."""

    code: str
    name: str
    from_year: int | None
    to_year: int | None


def region_history(code: str) -> tuple[Region, ...]:
    """The names that a six-digit code has had, oldest first; empty for an unknown code."""
    return _regions().get(code, ())


def region_state(code: str) -> RegionState:
    """Whether a six-digit code is in use, was in use, or is not known."""
    history = region_history(code)
    if not history:
        return RegionState.UNKNOWN
    in_use = any(each.to_year is None for each in history)
    return RegionState.PRESENT if in_use else RegionState.ABOLISHED


def region_name(code: str, *, year: int) -> str | None:
    """The name that a code had in a year; the nearest name where the lists have a gap; None if unknown."""
    history = region_history(code)
    if not history:
        return None
    return min(history, key=lambda each: _years_away(each, year)).name


def _years_away(region: Region, year: int) -> int:
    if region.from_year is not None and year < region.from_year:
        return region.from_year - year
    if region.to_year is not None and year > region.to_year:
        return year - region.to_year
    return 0


@cache
def _regions() -> dict[str, tuple[Region, ...]]:
    found: dict[str, list[Region]] = {}
    for row in read_rows("identity_regions", "regions"):
        region = Region(
            code=row["code"],
            name=row["name"],
            from_year=int(row["from_year"]) if row["from_year"] else None,
            to_year=int(row["to_year"]) if row["to_year"] else None,
        )
        found.setdefault(region.code, []).append(region)
    return {code: tuple(sorted(each, key=_first_year)) for code, each in found.items()}


def _first_year(region: Region) -> int:
    return region.from_year or 0
