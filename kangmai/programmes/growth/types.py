"""What growth speaks of: indicators, measurements, scores, classes, curves."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from kangmai.kernel.words import Words


@dataclass(frozen=True, slots=True)
class Indicator:
    """What is compared with the standard; `fact` is the name under which its z-score is known to rules."""

    id: str
    fact: str
    title: Words
    measure: str
    unit: str
    lowest: float
    highest: float
    """Beyond these the measurement, and not the child, is at fault."""


@dataclass(frozen=True, slots=True)
class Bound:
    """When a class holds: an indicator's z-score beyond a line, between two ages in days."""

    indicator: str
    below: float | None
    above: float | None
    from_day: int
    until_day: int


@dataclass(frozen=True, slots=True)
class GrowthClass:
    """A name for growth beyond some line; any of its bounds is enough."""

    id: str
    title: Words
    bounds: tuple[Bound, ...]


@dataclass(frozen=True, slots=True)
class Standard:
    """A growth standard."""

    id: str
    title: Words
    source: str
    is_verified: bool
    days_until: int
    day_files: Mapping[str, str]
    months_until: int
    month_files: Mapping[str, str]
    lying_until_day: int
    difference_cm: float
    indicators: Mapping[str, Indicator]
    classes: Mapping[str, GrowthClass]
    falling_fact: str
    falling_indicators: tuple[str, ...]
    lines: tuple[int, ...]
    within_days: int
    unavailable: tuple[tuple[str, Words], ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of a child on one day; weight in kg, lengths in cm, None where it was not.

    Args:
        is_lying: how the length was taken; None takes the way that the standard has for the age.
    """

    age_days: int
    weight: float | None = None
    length: float | None = None
    head: float | None = None
    is_lying: bool | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """A z-score to two places; `is_plausible` is false where the measurement should be looked at again."""

    indicator: str
    z: Decimal
    is_plausible: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """A line of equal z-score: points of (age in days or length in cm, value)."""

    z: int
    points: tuple[tuple[float, float], ...]
