"""Where the residents live: towns and villages of the real city, with invented numbers of people.

County figures are the latest ones known, counted before estimated; most towns and all villages have
none, so theirs are drawn by a seeded distribution.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from kangmai.commandline.city.assumptions import Table, read
from kangmai.commandline.city.streams import Floats, Stream, Whole, largest_remainder
from kangmai.standards.divisions import City, Division, DivisionKind, Level, city
from kangmai.standards.population import find_population

LAST_COMMITTEE_OF_RESIDENTS = 199
URBAN_FROM_PART = 0.4


@dataclass(frozen=True, slots=True, eq=False)
class Town:
    """A town with its villages. `order` counts the towns of the city, `first_resident` the residents
    of the towns before. `residents` is the requested number of living residents, `village_weights`
    how they spread, `urban_part` the part who live under residents' committees."""

    order: int
    code: str
    name: str
    county: str
    special: bool
    residents: int
    first_resident: int
    villages: tuple[str, ...]
    village_names: tuple[str, ...]
    village_urban: tuple[bool, ...]
    village_weights: Floats
    urban_part: float

    @property
    def is_urban(self) -> bool:
        """Whether enough residents live under residents' committees to call it urban."""
        return self.urban_part > URBAN_FROM_PART


@dataclass(frozen=True, slots=True)
class Places:
    """The frame of the city: its divisions, its population figures and its towns."""

    city: City
    counties: tuple[Division, ...]
    real_population: dict[str, int]
    towns: tuple[Town, ...]

    @property
    def urban_part(self) -> float:
        """The part of residents in towns counted as urban."""
        total = sum(town.residents for town in self.towns)
        return sum(t.residents for t in self.towns if t.is_urban) / max(total, 1)


def lay_out(*, code: str, residents: int, seed: int, on: date) -> Places:
    """Share `residents` out over counties (exactly, by largest remainder), towns and villages.

    The shares are those of the latest figures known for the year of `on`.

    Raises: CityUnknown.
    """
    area = city(code)
    counties = tuple(each for each in area.at_level(Level.COUNTY))
    units = _units(area, counties=counties, year=on.year)
    shares = largest_remainder(residents, [weight for _, _, weight in units])
    towns: list[Town] = []
    for (county, members, _), share in zip(units, shares, strict=True):
        towns += _towns_of(
            area,
            county=county,
            members=members,
            residents=int(share),
            seed=seed,
            year=on.year,
            before=towns,
        )
    real = {each.code: sum(n for code, _, n in units if code == each.code) for each in counties}
    return Places(city=area, counties=counties, real_population=real, towns=tuple(towns))


def _units(
    area: City, *, counties: tuple[Division, ...], year: int
) -> list[tuple[str, list[Division], int]]:
    """What population is known for: counties, and apart from them zones with a figure of their own."""
    units = []
    for county in counties:
        towns = area.children(county.code)
        zones = [each for each in towns if _is_zone(each, year=year)]
        rest = [each for each in towns if each not in zones]
        units.append((county.code, rest, _figure(county.code, year=year) or 1))
        units += [(county.code, [zone], _figure(zone.code, year=year)) for zone in zones]
    return units


def _is_zone(town: Division, *, year: int) -> bool:
    return town.kind is DivisionKind.SPECIAL and _figure(town.code, year=year) > 0


def _figure(code: str, *, year: int) -> int:
    found = find_population(code, year=year)
    return found.residents if found else 0


def _towns_of(
    area: City,
    *,
    county: str,
    members: list[Division],
    residents: int,
    seed: int,
    year: int,
    before: list[Town],
) -> list[Town]:
    table = read("population")
    weights = _town_weights(area, county, members, table=table, seed=seed, year=year)
    shares = largest_remainder(residents, weights)
    first = before[-1].first_resident + before[-1].residents if before else 0
    made: list[Town] = []
    for each, share in zip(members, shares, strict=True):
        order = len(before) + len(made)
        made.append(_town(area, each, county, int(share), first, order, table=table, seed=seed))
        first += int(share)
    return made


def _town_weights(
    area: City, county: str, members: list[Division], *, table: Table, seed: int, year: int
) -> Floats:
    """Published figures of towns where there are some; the others share what the county has left."""
    drawn = np.array([_town_weight(area, each, table=table, seed=seed) for each in members])
    known = np.array([_figure(each.code, year=year) for each in members], dtype=np.float64)
    left = _figure(county, year=year) - known.sum()
    if left <= 0 or known.all() or not known.any():
        return drawn
    return np.where(known > 0, known, drawn / drawn[known == 0].sum() * left)


def _town_weight(area: City, town: Division, *, table: Table, seed: int) -> float:
    chance = Stream(seed, town.code, "weight").normal(1)[0]
    villages = max(len(area.children(town.code)), 1)
    spread = np.exp(table["towns"]["spread"] * chance)
    return float(
        _town_rank(town, table=table) * villages ** table["towns"]["village_power"] * spread
    )


def _town_rank(town: Division, *, table: Table) -> float:
    weights = table["towns"]
    if town.kind is DivisionKind.SPECIAL:
        return float(weights["special"])
    match town.code[6]:
        case "0":
            return float(weights["street"])
        case "1":
            return float(weights["town"])
        case _:
            return float(weights["township"])


def _town(
    area: City,
    town: Division,
    county: str,
    residents: int,
    first: int,
    order: int,
    *,
    table: Table,
    seed: int,
) -> Town:
    villages = area.children(town.code)
    serials = np.array([int(each.code[9:]) for each in villages], dtype=np.int64)
    urban = serials <= LAST_COMMITTEE_OF_RESIDENTS
    chance = Stream(seed, town.code, "villages").normal(len(villages))
    weights = np.exp(table["villages"]["spread"] * chance)
    weights = np.where(serials >= 400, weights * table["villages"]["special"], weights)
    return Town(
        order=order,
        code=town.code,
        name=town.display,
        county=county,
        special=town.kind is DivisionKind.SPECIAL,
        residents=residents,
        first_resident=first,
        villages=tuple(each.code for each in villages),
        village_names=tuple(each.display for each in villages),
        village_urban=tuple(bool(flag) for flag in urban),
        village_weights=weights,
        urban_part=float(weights[urban].sum() / weights.sum()) if len(weights) else 1.0,
    )


def village_targets(town: Town) -> Whole:
    """How many of the town's residents each village should have."""
    return largest_remainder(town.residents, town.village_weights)


def stem_of_village(name: str) -> str:
    """A village's or community's name without the word for its committee: 罗岸村委会 gives 罗岸村."""
    for ending in ("村民委员会", "村委会", "居民委员会", "居委会"):
        if name.endswith(ending) and len(name) > len(ending):
            stem = name.removesuffix(ending)
            named = stem.endswith(("村", "社区")) or not ending.startswith("村")
            return stem if named else stem + "村"
    return name
