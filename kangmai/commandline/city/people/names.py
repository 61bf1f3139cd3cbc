"""Names of residents: surnames by region and household, given names by sex and birth cohort.

A name is built as a row of four code points, so that millions of names need no Python strings.
Source of the tables: `definitions/standards/names`.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kangmai.commandline.city.assumptions import read_names
from kangmai.commandline.city.streams import Codes, Flags, Floats, Stream, Whole, inverse

Points = NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Surnames:
    """Surnames as two code points each (the second 0 where there is one), with their shares."""

    points: Points
    shares: Floats
    positions: dict[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class GivenNames:
    """The given names of one sex and cohort; `first` and `second` are characters with weights."""

    single: float
    whole_part: float
    one: tuple[Points, Floats]
    first: tuple[Points, Floats]
    second: tuple[Points, Floats]
    whole: tuple[Points, Floats]


def region_of(area: str) -> str | None:
    """The region of names that an area belongs to, or None for the national table alone."""
    for key, region in read_names("regional_names")["regions"].items():
        if any(area.startswith(prefix) for prefix in region["areas"]):
            return str(key)
    return None


@cache
def surnames(region: str | None) -> Surnames:
    """All surnames with their shares in a region."""
    table = read_names("surnames")
    national = {**table["single"], **table["compound"]}
    regions = read_names("regional_names")["regions"]
    times = regions[region]["multiply"] if region else {}
    shares = np.array([share * times.get(name, 1.0) for name, share in national.items()])
    return Surnames(
        points=_points(list(national)),
        shares=shares / shares.sum(),
        positions={name: place for place, name in enumerate(national)},
    )


def ethnic_shares(table: Surnames, group: str) -> Floats | None:
    """The shares of surnames in an ethnic group that has its own, or None."""
    own = read_names("regional_names")["ethnic_surnames"].get(group)
    if own is None:
        return None
    shares = np.zeros(len(table.shares))
    for name, weight in own.items():
        if name in table.positions:
            shares[table.positions[name]] += weight
    return shares / shares.sum()


def cohort_years() -> list[int]:
    """The first years of the birth cohorts."""
    return [int(cohort["from"]) for cohort in read_names("given_names")["cohorts"]]


def cohort_of(birth_year: NDArray[np.integer]) -> Whole:
    """Which cohort each birth year belongs to; years before the first belong to the first."""
    at = np.searchsorted(cohort_years(), birth_year, side="right") - 1
    return np.maximum(at, 0)


@cache
def given_names(region: str | None) -> tuple[tuple[GivenNames, GivenNames], ...]:
    """For each cohort the names of men and of women, with the region's own characters added."""
    cohorts = read_names("given_names")["cohorts"]
    return tuple(
        (_given(cohort, "male", region), _given(cohort, "female", region)) for cohort in cohorts
    )


def _given(cohort: dict[str, Any], sex: str, region: str | None) -> GivenNames:
    table = cohort[sex]
    extra, part = _regional_characters(region, cohort["from"], sex)
    return GivenNames(
        single=table["single"],
        whole_part=table["whole_part"],
        one=_tiers(table["one"]),
        first=_mixed(_tiers(table["first"]), extra, part),
        second=_mixed(_tiers(table["second"]), extra, part),
        whole=_tiers(table["whole"], by_word=True),
    )


def _regional_characters(region: str | None, year: int, sex: str) -> tuple[str, float]:
    if region is None:
        return "", 0.0
    given = read_names("regional_names")["regions"][region]["given"]
    starts = [start for start in given if start <= year]
    if not starts:
        return "", 0.0
    entry = given[max(starts)]
    return str(entry[sex]), float(entry["part"])


def _tiers(tiers: list[list[Any]], *, by_word: bool = False) -> tuple[Points, Floats]:
    words = [w for _, text in tiers for w in (text.split() if by_word else text)]
    weights = [each for each, text in tiers for _ in (text.split() if by_word else text)]
    return _points(words), np.array(weights, dtype=np.float64)


def _mixed(table: tuple[Points, Floats], extra: str, part: float) -> tuple[Points, Floats]:
    points, weights = table
    if not extra:
        return table
    added = np.full(len(extra), weights.sum() * part / (1 - part) / len(extra))
    return np.concatenate([points, _points(list(extra))]), np.concatenate([weights, added])


def _points(words: list[str]) -> Points:
    text = np.array(words, dtype="U2")
    return text.view(np.uint32).reshape(len(words), 2)


def draw_given(
    stream: Stream,
    *,
    region: str | None,
    is_man: Flags,
    birth_year: NDArray[np.integer],
    family: Whole,
    shares_character: Flags,
) -> Points:
    """Given names as two code points each.

    People of one sex and `family` with `shares_character` have two characters, the first the same.
    """
    count = len(is_man)
    points = np.zeros((count, 2), dtype=np.uint32)
    cohort = cohort_of(birth_year)
    draws = [stream.uniform(count) for _ in range(4)]
    draws[2] = np.where(shares_character, _family_uniform(stream, family, count), draws[2])
    for number, tables in enumerate(given_names(region)):
        for man, table in zip((True, False), tables, strict=True):
            rows = np.flatnonzero((cohort == number) & (is_man == man))
            if len(rows):
                points[rows] = _names_of(
                    table, np.stack([each[rows] for each in draws]), shares_character[rows]
                )
    return points


def _family_uniform(stream: Stream, family: Whole, count: int) -> Floats:
    """One number a family, for all its members."""
    return stream.uniform(count)[np.where(family >= 0, family, np.arange(count))]


def _names_of(table: GivenNames, draws: Floats, shared: Flags) -> Points:
    """Names for rows of four uniform numbers: form, single or not, first and second character."""
    form, single, first, second = draws
    points = np.zeros((len(form), 2), dtype=np.uint32)
    points[:, 0] = table.first[0][inverse(table.first[1], first), 0]
    points[:, 1] = table.second[0][inverse(table.second[1], second), 0]
    same = points[:, 0] == points[:, 1]
    points[same, 1] = table.second[0][inverse(table.second[1], (second[same] + 0.5) % 1.0), 0]
    whole = (form < table.whole_part) & ~shared
    points[whole] = table.whole[0][inverse(table.whole[1], second[whole])]
    one = (single < table.single) & ~shared
    points[one, 0] = table.one[0][inverse(table.one[1], first[one]), 0]
    points[one, 1] = 0
    return points


def full_names(surname: Points, given: Points) -> pa.StringArray:
    """Surname and given name as text, from two code points each (0 where there is none)."""
    points = np.zeros((len(surname), 4), dtype=np.uint32)
    points[:, 0] = surname[:, 0]
    double = surname[:, 1] != 0
    points[:, 1] = np.where(double, surname[:, 1], given[:, 0])
    points[:, 2] = np.where(double, given[:, 0], given[:, 1])
    points[:, 3] = np.where(double, given[:, 1], 0)
    return utf8(points)


def utf8(points: Points) -> pa.StringArray:
    """Rows of code points of the basic plane, filled up with zeros on the right, as an Arrow array.

    Characters of the names are all of three bytes in UTF-8, which makes the bytes plain arithmetic.
    """
    used = points != 0
    if (points[used] < 0x800).any():
        return pa.array(points.view(f"U{points.shape[1]}").ravel().tolist(), type=pa.string())
    data = np.empty((*points.shape, 3), dtype=np.uint8)
    data[..., 0] = 0xE0 | points >> 12
    data[..., 1] = 0x80 | points >> 6 & 0x3F
    data[..., 2] = 0x80 | points & 0x3F
    offsets = np.zeros(len(points) + 1, dtype=np.int32)
    np.cumsum(3 * used.sum(axis=1), out=offsets[1:])
    packed = data[used].tobytes()
    buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(packed)]
    return pa.StringArray.from_buffers(len(points), buffers[1], buffers[2])


def long_names(stream: Stream, *, group: str, is_man: Flags) -> list[str] | None:
    """Own name, middle dot, father's name, for groups whose names are of that form, or None."""
    own = read_names("regional_names")["long_names"].get(group)
    if own is None:
        return None
    men, women = own["male"], own["female"]
    first = stream.uniform(len(is_man))
    fathers = stream.below(len(men), len(is_man))
    given = [
        men[int(u * len(men))] if man else women[int(u * len(women))]
        for u, man in zip(first, is_man, strict=True)
    ]
    return [f"{name}·{men[father]}" for name, father in zip(given, fathers, strict=True)]


def household_surnames(
    stream: Stream,
    *,
    shares: Floats,
    village: Codes,
    leading: int,
    leading_part: Floats,
) -> Whole:
    """A surname for each household: often one of the few that lead in its village.

    `village` is the village of each household, `leading_part` the chance of a leading surname there.
    """
    count = len(village)
    villages = int(village.max()) + 1 if count else 0
    leaders = inverse(shares, stream.uniform(villages * leading)).reshape(villages, leading)
    which = inverse(np.power(0.5, np.arange(leading, dtype=np.float64)), stream.uniform(count))
    led = stream.chance(leading_part[village], count)
    return np.where(led, leaders[village, which], inverse(shares, stream.uniform(count)))
