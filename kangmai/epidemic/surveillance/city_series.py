"""The daily series of a city as tables of counts: towns, counties and the city itself as columns."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import psycopg

from kangmai.epidemic.surveillance import areas, counting
from kangmai.epidemic.surveillance.series import Floats
from kangmai.epidemic.surveillance.types import Source, SourceKind
from kangmai.standards.geography import find_point
from kangmai.standards.population import find_population

WEEK = 7
DAYS_BACK = 70
"""How many days the daily layer looks at."""


@dataclass(frozen=True, slots=True)
class Units:
    """The areas of a city as columns: towns first, then counties, then the city, with shares of its people."""

    names: tuple[str, ...]
    members: Floats
    """(towns, units): which town lies in which unit."""
    share: Floats
    towns: tuple[str, ...]

    @property
    def pool(self) -> int:
        """The city's own column."""
        return len(self.names) - 1


@lru_cache(maxsize=4)
def units_of(city: str) -> Units:
    """Towns, counties and the city itself as columns."""
    towns = areas.towns(city)
    # a district that stands alone is its own county
    counties = tuple(each for each in dict.fromkeys(map(areas.county_of, towns)) if each != city)
    names = (*towns, *counties, city)
    members = np.array([[float(areas.contains(name, town)) for name in names] for town in towns])
    people = _people(towns, counties or (city,))
    share = (people @ members) / people.sum()
    return Units(names, members, share, towns)


def week_counts(
    database: psycopg.Connection, *, source: str, units: Units, on: date, weeks: int
) -> dict[str, Floats]:
    """Weekly counts (weeks, units) that end on a day, by condition; areas outside the city are left out."""
    place = {name: i for i, name in enumerate(units.names)}
    found: dict[str, Floats] = {}
    town_count = len(units.towns)
    for condition, area, back, cases in counting.weeks(database, source=source, on=on, count=weeks):
        column = place.get(area)
        if column is None:
            continue
        table = found.setdefault(condition, np.zeros((weeks, len(units.names))))
        row = weeks - 1 - back
        if column < town_count:
            table[row] += cases * units.members[column]
        else:
            table[row, column] += cases
            if column != units.pool:
                table[row, units.pool] += cases
    return found


def known_weeks(database: psycopg.Connection, source: str, on: date, most: int) -> int:
    """For how many weeks a source has been speaking: before, its silence is not zero."""
    first = first_day(database, source)
    return 0 if first is None else min(most, (on - first).days // WEEK + 1)


def first_day(database: psycopg.Connection, source: str) -> date | None:
    """The first day of which a source said anything."""
    row = database.execute(
        "SELECT min(day) FROM surveillance_daily WHERE source = %s", [source]
    ).fetchone()
    return row[0] if row else None


@dataclass(frozen=True, slots=True)
class DaySeries:
    """The daily counts of a condition: names of the units, their towns, and (days, units) with NaN where unsaid.

    `bases` is of how many (pupils, visits); NaN where not everybody who counted said so.
    """

    names: tuple[str, ...]
    towns: tuple[str, ...]
    counts: Floats
    bases: Floats


def day_series(
    database: psycopg.Connection, source: Source, units: Units, on: date, *, by_place: bool
) -> dict[str, DaySeries]:
    """The daily series by condition: of areas, or of each place."""
    rows = counting.days(database, source=source.id, on=on, count=DAYS_BACK, by_place=by_place)
    by_condition: dict[str, list[Row]] = defaultdict(list)
    for condition, town, place, back, cases, base in rows:
        by_condition[condition].append(Row(town, place, back, cases, base))
    if by_place:
        return {key: _of_places(mine) for key, mine in by_condition.items()}
    is_silent_zero = source.kind is not SourceKind.COUNTS
    return {
        key: _of_areas(mine, units, 0.0 if is_silent_zero else np.nan)
        for key, mine in by_condition.items()
    }


class Row(NamedTuple):
    """A day of a town or place, as counted."""

    area: str
    place: int
    back: int
    cases: int
    base: int | None


def _of_areas(rows: Sequence[Row], units: Units, blank: float) -> DaySeries:
    column = {name: i for i, name in enumerate(units.towns)}
    counts = np.full((DAYS_BACK, len(units.towns)), blank)
    bases = np.zeros_like(counts)
    for row in rows:
        if row.area in column:
            cell = DAYS_BACK - 1 - row.back, column[row.area]
            counts[cell] = np.nansum([counts[cell], row.cases])
            bases[cell] += np.nan if row.base is None else row.base
    whole = np.nan_to_num(counts) @ units.members
    silent = (np.isfinite(counts).astype(float) @ units.members) == 0
    whole[silent] = np.nan
    unsaid = (np.isnan(bases).astype(float) @ units.members) > 0
    of_how_many = np.nan_to_num(bases) @ units.members
    of_how_many[unsaid | silent] = np.nan
    return DaySeries(units.names, units.names, whole, of_how_many)


def _of_places(rows: Sequence[Row]) -> DaySeries:
    places = sorted({(row.place, row.area) for row in rows})
    column = {place: i for i, (place, _) in enumerate(places)}
    counts = np.full((DAYS_BACK, len(places)), np.nan)
    bases = np.full_like(counts, np.nan)
    for row in rows:
        cell = DAYS_BACK - 1 - row.back, column[row.place]
        counts[cell] = row.cases
        bases[cell] = np.nan if row.base is None else row.base
    names, towns = (tuple(map(str, each)) for each in zip(*places, strict=True))
    return DaySeries(names, towns, counts, bases)


def _people(towns: Sequence[str], counties: Sequence[str]) -> Floats:
    """People of each town: its county's, in equal parts where the town's own are not known."""
    by_county: dict[str, float] = {}
    for county in counties:
        known = find_population(county, year=2100)
        by_county[county] = float(known.residents) if known else 1.0
    sizes = {c: sum(areas.county_of(t) == c for t in towns) for c in counties}
    return np.array([by_county[areas.county_of(t)] / sizes[areas.county_of(t)] for t in towns])


@lru_cache(maxsize=4)
def positions(towns: tuple[str, ...]) -> Floats:
    """Kilometres east and north, good enough within a city."""
    points = [find_point(each) for each in towns]
    known = [(p.longitude, p.latitude) for p in points if p]
    centre = np.mean(known, axis=0) if known else np.zeros(2)
    degrees = np.array([(p.longitude, p.latitude) if p else centre for p in points])
    scale = 111.2 * np.array([np.cos(np.radians(centre[1])), 1.0])
    return np.asarray((degrees - centre) * scale)
