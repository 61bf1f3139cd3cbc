"""Who lives in a town, and who died or moved away within the year, before anything is written down."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.columns import DIED, HERE, MOVED_AWAY
from kangmai.commandline.city.people.ages import (
    AgeStructure,
    draw_ages,
    draw_men,
    shares_of_the_dying,
)
from kangmai.commandline.city.people.families import (
    MARRIED,
    NEVER,
    NOBODY,
    WIDOWED,
    Families,
    make_families,
)
from kangmai.commandline.city.places import Town, village_targets
from kangmai.commandline.city.streams import (
    YEAR_DAYS,
    Codes,
    Days,
    Flags,
    Floats,
    Stream,
    Whole,
    inverse,
    largest_remainder,
)


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """The bare columns of a town's people while they are being made, in one common order.

    `state` and `ended` (days since 1970) say who died or moved away; links are positions, -1 none.
    """

    births: Days
    is_man: Flags
    marital: Codes
    spouse: Whole
    mother: Whole
    guardian: Whole
    twin: Whole
    nucleus: Whole
    household: Whole
    depth: Codes
    state: NDArray[np.int8]
    ended: Days


def departed(residents: int) -> tuple[int, int]:
    """How many died and how many moved away within the year, for a town of so many residents."""
    rules = read("population")
    dead = largest_remainder(round(residents * rules["deaths"]["per_1000"]), [1, 999])[0]
    away = round(residents * rules["moves"]["out"])
    return (int(dead), away) if residents else (0, 0)


def people_of(stream: Stream, *, town: Town, structure: AgeStructure, day: int) -> Person:
    """The living with their families, then those who died or moved away within the year."""
    shares = structure.urban if town.is_urban else structure.rural
    ages = draw_ages(stream, shares, town.residents)
    years = ages / YEAR_DAYS
    is_man = draw_men(stream, structure, years)
    births = (day - ages).astype(np.int32)
    families, births = make_families(
        stream, births=births, is_man=is_man, years=years, urban=town.is_urban
    )
    living = _person(families, births, is_man)
    dead, away = departed(town.residents)
    return _together(
        living,
        _dead(stream, living, shares=shares, count=dead, day=day),
        _away(stream, living, count=away, day=day),
    )


def _person(families: Families, births: Days, is_man: Flags) -> Person:
    count = len(births)
    return Person(
        births=births,
        is_man=is_man,
        state=np.full(count, HERE, dtype=np.int8),
        ended=np.zeros(count, dtype=np.int32),
        **{field.name: getattr(families, field.name) for field in fields(Families)},
    )


def _dead(stream: Stream, living: Person, *, shares: Floats, count: int, day: int) -> Person:
    """The year's dead; the old among them were married to someone now widowed, where one is found."""
    dying = shares_of_the_dying(shares)
    years = inverse(dying, stream.uniform(count)) + stream.uniform(count)
    ended = day - 1 - stream.below(365, count)
    births = (ended - (years * YEAR_DAYS).astype(np.int64)).astype(np.int32)
    is_man = stream.chance(0.57, count)
    homes = living.household[stream.below(len(living.births), count)]
    marital = np.where(years < 25, NEVER, np.where(stream.chance(0.4, count), WIDOWED, MARRIED))
    widowed = np.flatnonzero(living.marital == WIDOWED)
    partner = stream.order(len(widowed))[:count]
    match = np.flatnonzero(years[: len(partner)] > 55)
    for row in match:
        left = widowed[partner[row]]
        if abs(int(living.births[left]) - int(births[row])) < 14 * YEAR_DAYS:
            homes[row], is_man[row] = living.household[left], not living.is_man[left]
            marital[row] = MARRIED
    return _apart(births, is_man, marital.astype(np.int16), homes, DIED, ended.astype(np.int32))


def _away(stream: Stream, living: Person, *, count: int, day: int) -> Person:
    """Young adults who moved away within the year."""
    years = 17 + 30 * stream.uniform(count) ** 1.3
    births = (day - (years * YEAR_DAYS).astype(np.int64)).astype(np.int32)
    homes = living.household[stream.below(len(living.births), count)]
    marital = np.where(stream.uniform(count) * 18 < years - 20, MARRIED, NEVER)
    ended = (day - 1 - stream.below(365, count)).astype(np.int32)
    is_man = stream.chance(0.54, count)
    return _apart(births, is_man, marital.astype(np.int16), homes, MOVED_AWAY, ended)


def _apart(
    births: Days, is_man: Flags, marital: Codes, homes: Whole, state: int, ended: Days
) -> Person:
    nobody = np.full(len(births), NOBODY, dtype=np.int64)
    return Person(
        births=births,
        is_man=is_man,
        marital=marital,
        spouse=nobody,
        mother=nobody,
        guardian=nobody,
        twin=nobody,
        nucleus=nobody,
        household=homes,
        depth=np.zeros(len(births), dtype=np.int16),
        state=np.full(len(births), state, dtype=np.int8),
        ended=ended,
    )


def _together(*parts: Person) -> Person:
    return Person(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(Person)
        }
    )


def settle(stream: Stream, *, town: Town, person: Person) -> tuple[Codes, Whole]:
    """The village of each, by household, and the household's rank in the town.

    Households stand in random order and fill the villages one after the other.
    """
    roots, home = np.unique(person.household, return_inverse=True)
    sizes = np.bincount(home[person.state == HERE], minlength=len(roots))
    order = stream.order(len(roots))
    before = np.cumsum(sizes[order]) - sizes[order]
    edges = np.cumsum(village_targets(town))
    village = np.empty(len(roots), dtype=np.int16)
    found = np.searchsorted(edges, before, side="right")
    village[order] = np.minimum(found, len(town.villages) - 1)
    rank = np.empty(len(roots), dtype=np.int64)
    rank[order] = np.arange(len(roots))
    return village[home], rank[home]


def in_order(person: Person, village: Codes, rank: Whole) -> tuple[Person, Codes, Whole]:
    """Everyone by village, household, state, generation and age; positions follow."""
    order = np.lexsort((person.births, person.depth, person.state, rank, village))
    place = np.empty(len(order) + 1, dtype=np.int64)
    place[order] = np.arange(len(order))
    place[-1] = NOBODY
    moved = {field.name: getattr(person, field.name)[order] for field in fields(Person)}
    for link in ("spouse", "mother", "guardian", "twin", "nucleus", "household"):
        moved[link] = place[moved[link]]
    return Person(**moved), village[order], rank[order]
