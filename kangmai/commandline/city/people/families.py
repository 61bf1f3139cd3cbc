"""Families: who is married to whom, whose child one is, who lives under one roof.

Everyone has a birth date first, so the age structure is exact; families are then found among the
people of a town. Husbands and wives are paired by rank of age with some noise. A child draws its
mother's age at birth and takes a mother of nearly that age; siblings come of themselves. A nucleus
is a couple or a lone adult with unmarried children; a son's nucleus may live with his parent's.
The root nucleus and all that hang on it are a household.
"""

from dataclasses import dataclass

import numpy as np

from kangmai.commandline.city.assumptions import Table, read
from kangmai.commandline.city.streams import (
    YEAR_DAYS,
    Codes,
    Days,
    Flags,
    Floats,
    Stream,
    Whole,
    along,
)

NEVER, MARRIED, WIDOWED, DIVORCED = 0, 1, 2, 3
ADULT_YEARS = 18
NOBODY = -1


@dataclass(frozen=True, slots=True, eq=False)
class Families:
    """Positions among the town's people, -1 for nobody: `spouse`, `mother`, `guardian` (a grandparent
    who brings a child up), `twin`. `nucleus` is the position of the adult the nucleus is named by,
    `household` that of its root nucleus, `depth` how many generations below the root."""

    marital: Codes
    spouse: Whole
    mother: Whole
    guardian: Whole
    twin: Whole
    nucleus: Whole
    household: Whole
    depth: Codes


def make_families(
    stream: Stream, *, births: Days, is_man: Flags, years: Floats, urban: bool
) -> tuple[Families, Days]:
    """Families of a town's people, given oldest first, and their birth dates (a twin takes the other's).

    `births` counts days since 1970, `years` is the age.
    """
    rules = read("population")["households"]
    place = "urban" if urban else "rural"
    marital = _marital(stream, is_man=is_man, years=years)
    births, twin = _twins(stream, births, years=years, part=rules["twins_part"])
    town = _Town(births=births, is_man=is_man, years=years, marital=marital, twin=twin)
    spouse = _couples(stream, births, is_man=is_man, marital=marital)
    at_home = _at_home(stream, years=years, marital=marital, rules=rules)
    child = years < ADULT_YEARS
    away = child & stream.chance(rules["left_behind"][place], len(births))
    mother = _mothers(stream, town, offspring=(child & ~away) | at_home, rules=rules)
    guardian = _guardians(stream, town, child=child & (mother == NOBODY))
    nucleus = _nuclei(spouse=spouse, mother=mother, guardian=guardian, is_man=is_man)
    part = rules["son_with_parents"][place]
    parent = _stem_parents(stream, town, nucleus=nucleus, spouse=spouse, part=part, rules=rules)
    return _families(town, spouse, mother, guardian, nucleus, parent), births


@dataclass(frozen=True, slots=True, eq=False)
class _Town:
    """The people among whom families are found, oldest first."""

    births: Days
    is_man: Flags
    years: Floats
    marital: Codes
    twin: Whole


def _families(
    town: _Town, spouse: Whole, mother: Whole, guardian: Whole, nucleus: Whole, parent: Whole
) -> Families:
    """Households and generations; a son who lives with his mother is hers."""
    adds = (mother == NOBODY) & (parent != NOBODY) & ~town.is_man[parent]
    household, depth = _roots(nucleus=nucleus, parent=parent)
    in_nucleus = (mother != NOBODY) & (nucleus != np.arange(len(mother)))
    depth = depth + (in_nucleus & (spouse == NOBODY)) + 2 * (guardian != NOBODY)
    return Families(
        marital=town.marital,
        spouse=spouse,
        mother=np.where(adds, parent, mother),
        guardian=guardian,
        twin=town.twin,
        nucleus=nucleus,
        household=household,
        depth=depth.astype(np.int16),
    )


def _marital(stream: Stream, *, is_man: Flags, years: Floats) -> Codes:
    table = read("population")["marriage_percent"]
    sex = ("women", "men")

    def percent(state: str) -> Floats:
        both = [along(table, f"{state}_{each}", years) for each in sex]
        return np.where(is_man, both[1], both[0])

    never, widowed, divorced = percent("never"), percent("widowed"), percent("divorced")
    draw = stream.uniform(len(years)) * 100
    state = np.full(len(years), MARRIED, dtype=np.int16)
    state[draw < never + widowed + divorced] = DIVORCED
    state[draw < never + widowed] = WIDOWED
    state[draw < never] = NEVER
    state[years < ADULT_YEARS + 2] = NEVER
    return state


def _twins(stream: Stream, births: Days, *, years: Floats, part: float) -> tuple[Days, Whole]:
    """Give some children the birth date of the next in age, and the same mother later."""
    twin = np.full(len(births), NOBODY, dtype=np.int64)
    child = np.flatnonzero(years < ADULT_YEARS)
    drawn = np.flatnonzero(stream.chance(part / 2, max(len(child) - 1, 0)))
    apart = drawn[np.diff(drawn, prepend=-2) > 1]
    first, second = child[apart], child[apart + 1]
    births = births.copy()
    births[second] = births[first]
    twin[first], twin[second] = second, first
    return births, twin


def _couples(stream: Stream, births: Days, *, is_man: Flags, marital: Codes) -> Whole:
    rules = read("population")["marriage_percent"]
    older = rules["husband_older_years"] * YEAR_DAYS
    spread = rules["husband_older_spread_years"] * YEAR_DAYS
    spouse = np.full(len(births), NOBODY, dtype=np.int64)
    husbands = np.flatnonzero((marital == MARRIED) & is_man)
    wives = np.flatnonzero((marital == MARRIED) & ~is_man)
    pairs = min(len(husbands), len(wives))
    husbands = _spread_sample(stream, husbands, pairs)
    wives = _spread_sample(stream, wives, pairs)
    wanted = births[husbands] + older + spread * stream.normal(pairs)
    husbands = husbands[np.argsort(wanted, kind="stable")]
    wives = wives[np.argsort(births[wives], kind="stable")]
    gap = np.abs(births[husbands].astype(np.int64) - births[wives])
    fits = gap < 20 * YEAR_DAYS
    spouse[husbands[fits]], spouse[wives[fits]] = wives[fits], husbands[fits]
    return spouse


def _spread_sample(stream: Stream, people: Whole, count: int) -> Whole:
    """`count` of the people, chosen at random; the others' spouses work elsewhere."""
    return np.sort(people[stream.order(len(people))[:count]])


def _at_home(stream: Stream, *, years: Floats, marital: Codes, rules: Table) -> Flags:
    table = rules["unmarried_at_home"]
    part = along(table, "part", years)
    grown = (years >= ADULT_YEARS) & (years < 50) & (marital == NEVER)
    return grown & stream.chance(part, len(years))


def _mothers(stream: Stream, town: _Town, *, offspring: Flags, rules: Table) -> Whole:
    """A mother for every offspring for whom one of fitting age is found, births spaced apart."""
    births, twin = town.births, town.twin
    mother = np.full(len(births), NOBODY, dtype=np.int64)
    mothers = np.flatnonzero(~town.is_man & (town.marital != NEVER))
    young = np.flatnonzero(offspring)
    if not len(mothers) or not len(young):
        return mother
    ages = _mother_ages(stream, len(young), rules=rules)
    found = _nearest(stream, births[mothers], wanted=births[young] - ages)
    mother[young] = mothers[found]
    _keep_twins_together(mother, twin)
    for _ in range(4):
        crowded = _too_close(mother, births, twin)
        step = stream.below(25, len(crowded)) - 12
        at = np.searchsorted(mothers, mother[crowded]) + step
        mother[crowded] = mothers[np.clip(at, 0, len(mothers) - 1)]
        _keep_twins_together(mother, twin)
    mother[_too_close(mother, births, twin)] = NOBODY
    _drop_misfits(mother, births, rules=rules)
    _keep_twins_together(mother, twin)
    return mother


def _mother_ages(stream: Stream, count: int, *, rules: Table) -> Floats:
    table = rules["mother_age_at_birth_years"]
    ages = table["mean"] + table["spread"] * stream.normal(count)
    return np.clip(ages, table["lowest"] + 1, table["highest"] - 1) * YEAR_DAYS


def _nearest(stream: Stream, sorted_births: Days, *, wanted: Floats) -> Whole:
    """Positions near the wanted birth date, a little to either side."""
    count = len(sorted_births)
    reach = max(2, count // 150)
    at = np.searchsorted(sorted_births, wanted) + stream.below(2 * reach + 1, len(wanted)) - reach
    return np.clip(at, 0, count - 1)


def _keep_twins_together(mother: Whole, twin: Whole) -> None:
    second = np.flatnonzero((twin != NOBODY) & (twin < np.arange(len(twin))))
    mother[second] = mother[twin[second]]


def _too_close(mother: Whole, births: Days, twin: Whole) -> Whole:
    """Those born within 300 days of a sibling (the later, or the one who is no twin), and sixth children."""
    have = np.flatnonzero(mother != NOBODY)
    order = have[np.lexsort((births[have], mother[have]))]
    same = mother[order][1:] == mother[order][:-1]
    single = twin[order] == NOBODY
    close = same & (np.diff(births[order]) < 300) & (twin[order][1:] != order[:-1])
    wrong = np.zeros(len(order), dtype=bool)
    wrong[1:] |= close
    wrong[:-1] |= close & ~single[1:]
    wrong[5:] |= mother[order][5:] == mother[order][:-5]
    return order[wrong & single]


def _drop_misfits(mother: Whole, births: Days, *, rules: Table) -> None:
    table = rules["mother_age_at_birth_years"]
    have = np.flatnonzero(mother != NOBODY)
    age = (births[have].astype(np.int64) - births[mother[have]]) / YEAR_DAYS
    mother[have[(age < table["lowest"]) | (age > table["highest"])]] = NOBODY


def _guardians(stream: Stream, town: _Town, *, child: Flags) -> Whole:
    """A grandmother, else any adult, for children without a mother at home."""
    births = town.births
    guardian = np.full(len(births), NOBODY, dtype=np.int64)
    children = np.flatnonzero(child)
    elders = np.flatnonzero(~town.is_man & (town.years >= 45))
    if not len(elders):
        elders = np.flatnonzero(town.years >= ADULT_YEARS)
    if len(elders) and len(children):
        ages = (53 + 5 * stream.normal(len(children))) * YEAR_DAYS
        latest = births[elders[-1]] - np.abs(stream.normal(len(children))) * 5 * YEAR_DAYS
        wanted = np.minimum(births[children] - ages, latest)
        guardian[children] = elders[_nearest(stream, births[elders], wanted=wanted)]
    return guardian


def _nuclei(*, spouse: Whole, mother: Whole, guardian: Whole, is_man: Flags) -> Whole:
    """The nucleus of each: a couple's is the husband, a child's is the mother's or guardian's."""
    own = np.arange(len(spouse))
    adult = np.where((spouse != NOBODY) & ~is_man, spouse, own)
    above = np.where(mother != NOBODY, mother, guardian)
    return np.where(above != NOBODY, adult[above], adult)


def _stem_parents(
    stream: Stream, town: _Town, *, nucleus: Whole, spouse: Whole, part: float, rules: Table
) -> Whole:
    """The parent with whom a once married son lives, one son for each older nucleus."""
    births, years = town.births, town.years
    parent = np.full(len(births), NOBODY, dtype=np.int64)
    own = nucleus == np.arange(len(births))
    married = town.marital != NEVER
    sons = np.flatnonzero(own & town.is_man & (years > 20) & (years < 58) & married)
    sons = sons[stream.chance(part, len(sons))]
    alone_or_woman = ~town.is_man | (spouse == NOBODY)
    elders = np.flatnonzero((years > 40) & married & alone_or_woman)
    if not len(sons) or not len(elders):
        return parent
    ages = _mother_ages(stream, len(sons), rules=rules)
    found = elders[_nearest(stream, births[elders], wanted=births[sons] - ages)]
    gap = (births[sons].astype(np.int64) - births[found]) / YEAR_DAYS
    table = rules["mother_age_at_birth_years"]
    fits = (gap >= table["lowest"] + 1) & (gap <= table["highest"])
    sons, found = sons[fits], found[fits]
    _, first = np.unique(nucleus[found], return_index=True)
    parent[sons[first]] = found[first]
    return parent


def _roots(*, nucleus: Whole, parent: Whole) -> tuple[Whole, Whole]:
    """The root nucleus of each person and how many nuclei lie between."""
    own = np.arange(len(nucleus))
    above = np.where(parent[nucleus] != NOBODY, nucleus[parent[nucleus]], nucleus[own])
    depth = (above != nucleus).astype(np.int64)
    root = above
    for _ in range(6):
        higher = np.where(parent[root] != NOBODY, nucleus[parent[root]], root)
        depth += higher != root
        root = higher
    return root, depth
