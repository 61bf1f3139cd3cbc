"""Residents of a division by year, each figure with its source and how far it can be believed.

Estimates (scaled from an earlier census) are marked so and are never the figure of a report.
Source: census bulletins and statistics as quoted on public pages; the source of each row is in the row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache

from kangmai.standards.divisions import city_code_of
from kangmai.standards.tables import read_rows


class Confidence(Enum):
    """How far a figure can be believed; an estimate was calculated, not counted."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    ESTIMATE = "estimate"


class PopulationKind(Enum):
    """What was counted: residents on census day, at the end of the year, a part of them, or an estimate."""

    CENSUS = "census_resident"
    CENSUS_PART = "census_resident_partial"
    YEAR_END = "yearend_resident"
    ESTIMATE = "estimate"


@dataclass(frozen=True, slots=True)
class Population:
    """The residents (常住人口) of a division in a year. `precision`: persons, 100 persons, rounded …"""

    code: str
    year: int
    kind: PopulationKind
    residents: int
    precision: str
    confidence: Confidence
    source: str
    note: str


def populations(code: str) -> tuple[Population, ...]:
    """The figures of a division, oldest first; empty where none is known."""
    home = city_code_of(code)
    return _populations(home).get(code, ()) if home else ()


def find_population(code: str, *, year: int) -> Population | None:
    """The latest whole figure up to a year, counted before estimated within one year; None if none.

    A figure of a part of the residents is never taken for the whole.
    """
    whole = [
        each
        for each in populations(code)
        if each.year <= year and each.kind is not PopulationKind.CENSUS_PART
    ]
    return max(whole, key=_preference, default=None)


def _preference(figure: Population) -> tuple[int, bool]:
    return figure.year, figure.confidence is not Confidence.ESTIMATE


@cache
def _populations(city_code: str) -> Mapping[str, tuple[Population, ...]]:
    found: dict[str, list[Population]] = {}
    for row in read_rows(f"divisions/{city_code}", "population"):
        figure = Population(
            code=row["code"],
            year=int(row["year"]),
            kind=PopulationKind(row["kind"]),
            residents=int(row["residents"]),
            precision=row["precision"],
            confidence=Confidence(row["confidence"]),
            source=row["source"],
            note=row["note"],
        )
        found.setdefault(figure.code, []).append(figure)
    return {code: tuple(sorted(each, key=_preference)) for code, each in found.items()}
