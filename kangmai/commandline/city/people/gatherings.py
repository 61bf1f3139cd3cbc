"""Schools, kindergartens, nurseries, care homes and work sites of a town, and who goes there."""

import numpy as np
import pyarrow as pa

from kangmai.commandline.city.assumptions import Table, read
from kangmai.commandline.city.columns import Gatherings
from kangmai.commandline.city.institutions.credit import invented_credit_code
from kangmai.commandline.city.places import Town
from kangmai.commandline.city.streams import Codes, Flags, Floats, Stream, Whole

KINDS = {
    "kindergarten": "kindergarten",
    "primary": "school",
    "secondary": "school",
    "nursery": "nursery",
    "care_home": "care_home",
    "work_site": "work_site",
}
WORDS = {
    "kindergarten": "幼儿园",
    "primary": "小学",
    "secondary": "中学",
    "nursery": "托育园",
    "care_home": "养老院",
    "work_site": "制造厂",
}
ORDINALS = ("第一", "第二", "第三", "第四", "第五", "第六", "第七", "第八", "第九", "第十")
LEAST_RESIDENTS = 60
FIRST_PLACE_NUMBER = 500_000
PLACES_A_TOWN = 1_000


def make_gatherings(
    stream: Stream, *, town: Town, years: Floats, village: Codes, here: Flags
) -> tuple[Gatherings, Codes, Codes]:
    """The town's gatherings; for each resident which one, and which class (grade * 100 + number)."""
    gathering = np.full(len(years), -1, dtype=np.int16)
    room = np.zeros(len(years), dtype=np.int16)
    rows: list[tuple[str, str, int, int, int, int]] = []
    if town.residents >= LEAST_RESIDENTS:
        for word in KINDS:
            _fill(stream, word, town, years, village, here, gathering, room, rows)
    return _columns(town, rows), gathering, room


def _fill(
    stream: Stream,
    word: str,
    town: Town,
    years: Floats,
    village: Codes,
    here: Flags,
    gathering: Codes,
    room: Codes,
    rows: list[tuple[str, str, int, int, int, int]],
) -> None:
    rules = read("population")["gatherings"][word]
    low, high = rules["ages"]
    members = np.flatnonzero(here & (years >= low) & (years < high + 1) & (gathering < 0))
    members = members[stream.chance(rules["attend"], len(members))]
    if not len(members):
        return
    count = min(max(1, round(len(members) / rules["size"])), PLACES_A_TOWN // len(KINDS))
    which = stream.below(count, len(members))
    gathering[members] = len(rows) + which
    heads = np.bincount(which, minlength=count)
    if "class_size" in rules:
        room[members] = _classes(years[members], which, heads, rules=rules)
    seats = stream.below(len(town.villages), count)
    for number in range(count):
        name = _name(town, word, number, count)
        rooms = len(np.unique(room[members[which == number]])) if "class_size" in rules else 0
        capacity = int(np.ceil(heads[number] * 1.15 / 10) * 10)
        rows.append((word, name, int(seats[number]), int(heads[number]), capacity, rooms))


def _classes(years: Floats, which: Whole, heads: Whole, *, rules: Table) -> Codes:
    """Grade * 100 + class number; classes of a grade are filled in turn."""
    grade = years.astype(np.int64) - rules["ages"][0] + 1
    key = which * 20 + grade
    order = np.argsort(key, kind="stable")
    starts = np.searchsorted(key[order], key[order], side="left")
    rank = np.empty(len(key), dtype=np.int64)
    rank[order] = np.arange(len(key)) - starts
    sizes = np.bincount(key, minlength=int(key.max()) + 1)
    classes = np.ceil(sizes / rules["class_size"]).astype(np.int64)
    return (grade * 100 + rank % np.maximum(classes[key], 1) + 1).astype(np.int16)


def _name(town: Town, word: str, number: int, count: int) -> str:
    mark = read("network")["mark"]["zh"]
    order = "" if count == 1 else ORDINALS[number] if number < 10 else f"第{number + 1}"
    return f"{mark}{town.name}{order}{WORDS[word]}"


def _columns(town: Town, rows: list[tuple[str, str, int, int, int, int]]) -> Gatherings:
    codes = [
        invented_credit_code(
            region=town.county, number=FIRST_PLACE_NUMBER + town.order * PLACES_A_TOWN + place
        )
        for place in range(len(rows))
    ]
    return Gatherings(
        kind=np.array([KINDS[row[0]] for row in rows], dtype="S12"),
        name=pa.array([row[1] for row in rows], type=pa.string()),
        credit_code=np.array(codes, dtype="S18"),
        village=np.array([row[2] for row in rows], dtype=np.int16),
        head_count=np.array([row[3] for row in rows], dtype=np.int16),
        capacity=np.array([row[4] for row in rows], dtype=np.int16),
        classes=np.array([row[5] for row in rows], dtype=np.int16),
    )
