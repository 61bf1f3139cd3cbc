"""Ages and sexes of residents: the province's age structure, made smooth by single years.

The cumulated shares of the age groups are joined by a monotone cubic (PCHIP), which keeps every
group's share and never goes negative. Source of the method: Fritsch and Carlson, SIAM J. Numer.
Anal. 17 (1980) 238-246.
"""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from kangmai.commandline.city.assumptions import for_area, read
from kangmai.commandline.city.streams import (
    YEAR_DAYS,
    Days,
    Flags,
    Floats,
    Stream,
    inverse,
)

OLDEST = 105


@dataclass(frozen=True, slots=True, eq=False)
class AgeStructure:
    """Shares of the single years 0 to 105, and the part of men at each, for urban and rural towns."""

    urban: Floats
    rural: Floats
    men: Floats


def age_structure(*, area: str, urban_part: float) -> AgeStructure:
    """The province's structure; urban and rural towns differ so that the whole still has it.

    `urban_part` is the part of residents in urban towns.
    """
    table = read("population")
    whole = single_year_shares(group_shares(area))
    years = np.arange(OLDEST + 1) + 0.5
    tilt = np.interp(years, table["urban_tilt"]["age"], table["urban_tilt"]["tilt"])
    tilt = tilt - (whole * tilt).sum()
    against = -urban_part / (1 - urban_part) if urban_part < 0.99 else 0.0
    against = max(against, -2.0)
    return AgeStructure(
        urban=whole * (1 + tilt) if against else whole,
        rural=whole * (1 + against * tilt),
        men=part_of_men(whole, area=area),
    )


def group_shares(area: str) -> Floats:
    """Shares of the age groups, scaled to the four published shares of the province."""
    table = read("population")["age_shares_percent"]
    shape = np.array(table["shape"])
    start = np.array(table["group_from"])
    asked = for_area(table["provinces"], area)
    bands = (
        (start < 15, asked["under_15"]),
        ((start >= 15) & (start < 60), 100 - asked["under_15"] - asked["from_60"]),
        ((start >= 60) & (start < 65), asked["from_60"] - asked["from_65"]),
        (start >= 65, asked["from_65"]),
    )
    for inside, share in bands:
        shape[inside] *= share / shape[inside].sum()
    return shape / 100


def single_year_shares(groups: Floats) -> Floats:
    """Shares of the years 0 to 105 whose sums over the groups are those of the groups."""
    start = read("population")["age_shares_percent"]["group_from"]
    ends = np.array([*start, OLDEST + 1], dtype=np.float64)
    cumulated = PchipInterpolator(ends, np.concatenate(([0.0], np.cumsum(groups))))
    return np.diff(cumulated(np.arange(OLDEST + 2)))


def part_of_men(whole: Floats, *, area: str) -> Floats:
    """The part of men at each age, its odds scaled so that the whole has the area's sex ratio."""
    table = read("population")["men_per_100_women"]
    years = np.arange(OLDEST + 1) + 0.5
    odds = np.interp(years, table["age"], table["ratio"]) / 100
    asked = for_area(table["areas"], area)
    for _ in range(20):
        men = odds / (1 + odds)
        have = 100 * (whole * men).sum() / (whole * (1 - men)).sum()
        odds = odds * asked / have
    return odds / (1 + odds)


def draw_ages(stream: Stream, shares: Floats, count: int) -> Days:
    """Ages in days, oldest first: one from each `count`-th part of the distribution."""
    uniform = (np.arange(count) + stream.uniform(count)) / max(count, 1)
    years = inverse(shares, uniform) + stream.uniform(count)
    return np.sort((years * YEAR_DAYS).astype(np.int32))[::-1]


def draw_men(stream: Stream, structure: AgeStructure, years: Floats) -> Flags:
    """Who is a man."""
    at = np.minimum(years.astype(np.int64), OLDEST)
    return stream.chance(structure.men[at], len(years))


def shares_of_the_dying(shares: Floats) -> Floats:
    """Shares of a year's deaths by age, for people of these age shares."""
    table = read("population")["deaths"]
    years = np.arange(OLDEST + 1) + 0.5
    rate = np.exp(np.interp(years, table["age"], np.log(table["per_100000"])))
    dying = shares * rate
    return dying / dying.sum()
