"""Numbers that residents are known by: identity number, phone, health record, address.

Towns are made apart from each other, so each has its own part of the sequence numbers of a region
and day, as police stations do; that keeps identity numbers unique in the whole city.
Source: GB 11643-1999 for the form; 17-digit record number: see `standards.health_record_numbers`.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.columns import Text
from kangmai.commandline.city.places import Places, Town, stem_of_village
from kangmai.commandline.city.streams import Codes, Days, Flags, Stream, Whole
from kangmai.standards.check_characters import mod_11_2_many
from kangmai.standards.tables import read_rows

SEQUENCES_A_SEX = 499
FIRST_CARDS_YEAR = 1988
HOUSEHOLDS_A_GROUP = 28


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a day's sequence numbers that a town may give out: `first` and how many."""

    first: int
    count: int


def share_in_county(places: Places, town: Town) -> Share:
    """The town's part of the sequences of its own county."""
    peers = [each.order for each in places.towns if each.county == town.county]
    count = SEQUENCES_A_SEX // len(peers)
    return Share(first=1 + peers.index(town.order) * count, count=count)


def share_elsewhere(places: Places, town: Town) -> Share:
    """The town's part of the sequences of regions outside the city."""
    count = SEQUENCES_A_SEX // len(places.towns)
    return Share(first=1 + town.order * count, count=count)


@cache
def regions_outside(area: str) -> tuple[Whole, Whole]:
    """Present county codes outside the area: of the same province, and of the others."""
    codes = [
        row["code"]
        for row in read_rows("identity_regions", "regions")
        if not row["to_year"] and row["code"][4:] not in ("00", "01") and row["code"] < "71"
    ]
    outside = [int(code) for code in codes if code[:4] != area[:4] and code[2:] != "0000"]
    province = int(area[:2])
    near = np.array([code for code in outside if code // 10000 == province], dtype=np.int64)
    far = np.array([code for code in outside if code // 10000 != province], dtype=np.int64)
    return near, far


@cache
def county_codes_by_year(county: str) -> tuple[tuple[int, int, int], ...]:
    """The codes a county has had: (code, from year, to year), found by its name without its rank."""
    rows = [r for r in read_rows("identity_regions", "regions") if r["code"][:4] == county[:4]]
    stem = next((r["name"][:-1] for r in rows if r["code"] == county and not r["to_year"]), None)
    return tuple(
        (int(r["code"]), int(r["from_year"] or 0), int(r["to_year"] or 9999))
        for r in rows
        if stem and len(stem) > 1 and r["name"][:-1] == stem
    )


def home_regions(county: str, birth_year: NDArray[np.integer]) -> Whole:
    """The region code of the county on the day the number was given out: at birth, or with the
    first cards."""
    issued = np.maximum(birth_year, FIRST_CARDS_YEAR)
    found = np.full(len(birth_year), int(county), dtype=np.int64)
    for code, first, latest in county_codes_by_year(county):
        if str(code) != county:
            found[(issued >= first) & (issued <= latest)] = code
    return found


def identity_numbers(
    stream: Stream,
    *,
    places: Places,
    town: Town,
    births: Days,
    is_man: Flags,
    from_elsewhere: Flags,
) -> tuple[Text, Whole]:
    """Identity numbers, unique in the city, and the region of each."""
    dates = births.astype("datetime64[D]")
    year = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    region = home_regions(town.county, year)
    near, far = regions_outside(places.city.code)
    part = read("population")["birthplace_outside_province_part"]
    count = len(births)
    near_pick = near[stream.below(len(near), count)]
    far_pick = far[stream.below(len(far), count)]
    abroad = np.where(stream.chance(part, count), far_pick, near_pick)
    region = np.where(from_elsewhere, abroad, region)
    here, there = share_in_county(places, town), share_elsewhere(places, town)
    for attempt in range(200):
        rank = _rank_within(region, births, is_man)
        outside = region // 100 != int(places.city.code[:4])
        over = rank >= np.where(outside, there.count, here.count)
        if not over.any():
            break
        region[over] = far[(np.flatnonzero(over) * 31 + attempt) % len(far)]
    share_first = np.where(outside, there.first, here.first)
    share_count = np.where(outside, there.count, here.count)
    sequence = 2 * (share_first + (rank + births % 7) % share_count) + is_man
    ymd = year * 10000 + _month(dates) * 100 + _day(dates)
    bodies = region * 10**11 + ymd * 1000 + sequence
    return _digits_and(bodies, mod_11_2_many(bodies)), region


def _rank_within(region: Whole, births: Days, is_man: Flags) -> Whole:
    """Which one of its region, day and sex each is, from 0."""
    order = np.lexsort((is_man, births, region))
    new = np.ones(len(order), dtype=bool)
    new[1:] = (
        (np.diff(region[order]) != 0)
        | (np.diff(births[order]) != 0)
        | (is_man[order][1:] != is_man[order][:-1])
    )
    at = np.arange(len(order))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = at - np.maximum.accumulate(np.where(new, at, 0))
    return rank


def _month(dates: NDArray[np.datetime64]) -> Whole:
    return dates.astype("datetime64[M]").astype(np.int64) % 12 + 1


def _day(dates: NDArray[np.datetime64]) -> Whole:
    return (dates - dates.astype("datetime64[M]")).astype(np.int64) + 1


def digits(values: Whole, width: int) -> NDArray[np.uint8]:
    """The decimal digits of whole numbers, filled with zeros, as ASCII: one row a number."""
    left = np.asarray(values, dtype=np.int64).copy()
    rows = np.empty((len(left), width), dtype=np.uint8)
    for place in range(width - 1, -1, -1):
        left, digit = np.divmod(left, 10)
        rows[:, place] = digit + 48
    return rows


def text_of(rows: NDArray[np.uint8]) -> Text:
    """Rows of ASCII as fixed bytes."""
    return np.ascontiguousarray(rows).view(f"S{rows.shape[1]}").ravel()


def _digits_and(bodies: Whole, checks: NDArray[np.str_]) -> Text:
    rows = np.empty((len(bodies), 18), dtype=np.uint8)
    rows[:, :17] = digits(bodies, 17)
    rows[:, 17] = checks.astype("S1").view(np.uint8)
    return text_of(rows)


def phones(numbers: Whole) -> Text:
    """A mobile number of a segment not given out for each number of a resident, all different."""
    segments = np.array([int(each) for each in read("population")["phones"]["segments"]])
    mixed = (numbers * 61_803_399 + 12_345_678) % 10**8
    return text_of(digits(segments[numbers % len(segments)] * 10**8 + mixed, 11))


def record_numbers(village_codes: Whole, serials: Whole) -> Text:
    """Health record numbers of 17 digits from village code and serial."""
    rows = np.empty((len(serials), 17), dtype=np.uint8)
    rows[:, :12] = digits(village_codes, 12)
    rows[:, 12:] = digits(serials, 5)
    return text_of(rows)


def addresses(
    *, places: Places, town: Town, village: Codes, serial: Whole, seed: int
) -> pa.StringArray:
    """Down to group and door in villages, to street, building and room in communities.

    `serial` is the number of the household within its village, from 0.
    """
    prefixes = [_prefix(places, town, place, seed=seed) for place in range(len(town.villages))]
    urban = np.array(town.village_urban)[village]
    group = np.where(urban, serial // 40 + 1, serial // HOUSEHOLDS_A_GROUP + 1)
    door = np.where(urban, (serial % 40 // 4 + 1) * 100 + serial % 4 + 1, serial + 1)
    middle = pc.if_else(pa.array(urban), "栋", "组")
    end = pc.if_else(pa.array(urban), "房", "号")
    start = pa.array(prefixes).take(pa.array(village))
    group_text = pa.array(group).cast(pa.string())
    door_text = pa.array(door).cast(pa.string())
    return pc.binary_join_element_wise(start, group_text, middle, door_text, end, "")


STREETS = (
    "人民路",
    "建设路",
    "解放路",
    "文明路",
    "新兴路",
    "和平路",
    "中山路",
    "环城路",
    "教育路",
    "康乐路",
)


def _prefix(places: Places, town: Town, village: int, *, seed: int) -> str:
    path = places.city.path(town.villages[village])
    where = "".join(path[:-1]) + stem_of_village(path[-1])
    if not town.village_urban[village]:
        return where
    stream = Stream(seed, town.villages[village], "street")
    street = STREETS[int(stream.below(len(STREETS), 1)[0])]
    return f"{where}{street}{int(stream.below(180, 1)[0]) + 1}号"
