"""What a count counts, and the counts."""

import datetime
from dataclasses import dataclass
from enum import StrEnum

from kangmai.epidemic.cases.types.diseases import COUNTED_CLASSES, CaseClass


class Origin(StrEnum):
    """Where the case was infected, as far as the card says."""

    ALL = ""
    LOCAL = "local"
    IMPORTED = "imported"


class AreaBasis(StrEnum):
    """By which place a case is counted."""

    HOME = "home"
    """现住址"""
    REPORTED = "reported"
    """报告地区"""


class DayBasis(StrEnum):
    """By which day a case is counted."""

    ONSET = "onset"
    DIAGNOSED = "diagnosed"
    REPORTED = "reported"
    FINAL_REVIEWED = "final_reviewed"


class Level(StrEnum):
    """Divisions of one level."""

    CITY = "city"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"


@dataclass(frozen=True, slots=True)
class Basis:
    """What a count counts; every figure states it."""

    area: AreaBasis
    day: DayBasis
    classes: frozenset[CaseClass] = COUNTED_CLASSES
    origin: Origin = Origin.ALL


@dataclass(frozen=True, slots=True)
class Count:
    """Cases of a disease on a day in an area."""

    disease: str
    day: datetime.date
    area: str
    cases: int
    deaths: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts with what they count; what is not there is zero."""

    basis: Basis
    level: Level
    period_from: datetime.date
    period_to: datetime.date
    rows: tuple[Count, ...]
