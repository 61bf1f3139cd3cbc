"""A lake of invented rows, written straight as Parquet: what `analytics_year` counts.

Every published view is there. Visits, doses and uses of cards are the events, seven, one and a half and one
and a half of ten; residents, enrolments and cards are as many as a city of so many events over two years has;
of every other view there are a few thousand rows. Columns take the values that the indicators ask for. The
same seed gives the same rows.
"""

import zlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

AT = datetime(2026, 1, 20, 2, tzinfo=UTC)
MONTHS = [f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13)]
EVENTS = {"visit": 0.70, "vaccine_dose": 0.15, "card_use": 0.15}
OTHERS = 4_000
PROGRAMMES = {
    "hypertension": 0.17, "diabetes": 0.06, "elderly": 0.17, "child_health": 0.11, "maternal": 0.02, "copd": 0.02,
    "severe_mental_disorder": 0.01, "tuberculosis": 0.003, "two_cancer": 0.06, "family_doctor": 0.42,
}  # fmt: skip
SERVICES = ["followup", "followup", "followup", "exam", "newborn_home", "postpartum", "antenatal", "cervical", "breast", "tcm", "signing"]  # fmt: skip
TEXTS = {
    "service": SERVICES, "occasion": ["1", "2", "3", "4"], "method": ["face_to_face", "face_to_face", "phone"],
    "class": ["controlled", "uncontrolled"], "standing": ["current"] * 19 + ["corrected"], "sex": ["1", "2"],
    "sex_code": ["1", "2"], "state": ["managed"], "outcome": ["accepted"] * 19 + ["expired"],
    "carrier": ["dynamic", "static"], "scene": ["desk"], "way": ["desk"], "series": ["bcg", "mmr", "dtp", "polio"],
    "vaccine": ["BCG", "MMR", "DTaP", "bOPV"],
}  # fmt: skip
HEX = np.array([f"{n:02x}".encode() for n in range(256)], "S2").view("u2")


@dataclass(frozen=True, slots=True)
class Size:
    """How many of each: events in all, residents, enrolments, cards."""

    events: int
    residents: int
    enrolments: int
    cards: int


def size_of(events: int) -> Size:
    """A city's numbers beside so many events: 4.1 million residents beside a hundred million."""
    part = events / 100_000_000
    return Size(events, int(4_113_594 * part), int(3_000_000 * part), int(3_000_000 * part))


def texts(matrix: np.ndarray) -> Any:
    """Rows of characters as an Arrow column of texts."""
    import pyarrow as pa

    count, width = matrix.shape
    offsets = pa.py_buffer(np.arange(0, (count + 1) * width, width, dtype="i4"))
    return pa.StringArray.from_buffers(count, offsets, pa.py_buffer(matrix.tobytes()))


def ids(first: int, count: int, chance: np.random.Generator) -> Any:
    """Ids of 32 characters that rise, as those of the house do: half of them a number, half chance."""
    numbers = np.arange(first, first + count, dtype=">u8").view("u1").reshape(count, 8)
    noise = chance.integers(0, 256, (count, 8), dtype="u1")
    return texts(HEX[np.hstack([numbers, noise])].view("u1").reshape(count, 32))


def chosen(values: list[str], count: int, chance: np.random.Generator) -> Any:
    """So many of the values, drawn."""
    return named(chance.integers(0, len(values), count, dtype="i4"), values)


def named(codes: np.ndarray, values: list[str]) -> Any:
    """The values that codes stand for, as a column of texts."""
    import pyarrow as pa

    numbers = pa.array(codes.astype("i4"))
    return pa.DictionaryArray.from_arrays(numbers, pa.array(values)).cast(pa.string())


def days(first: date, last: date, count: int, chance: np.random.Generator) -> Any:
    """So many days, drawn; `last` is left out."""
    import pyarrow as pa

    epoch = date(1970, 1, 1)
    drawn = chance.integers((first - epoch).days, (last - epoch).days, count, dtype="i4")
    return pa.array(drawn).cast(pa.date32())


def month_days(month: str) -> tuple[date, date]:
    """The first day of a month and the first after it."""
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, 1), date(year + number // 12, number % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class City:
    """What processes need to draw rows: places of each county, and what stands for residents: bytes of chance."""

    places: dict[str, list[str]]
    folder: Path
    size: Size

    def residents(self, numbers: np.ndarray) -> Any:
        """Their pseudonyms, from the file that all processes read."""
        import pyarrow as pa

        hidden = np.load(self.folder / "pseudonyms.npy", mmap_mode="r")[numbers]
        return pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(16), len(numbers), [None, pa.py_buffer(hidden.tobytes())]
        )


def programme_of(numbers: np.ndarray, enrolments: int) -> np.ndarray:
    """The programme of each enrolment: a code, the first numbers the first programme."""
    bounds = np.cumsum([part * enrolments for part in PROGRAMMES.values()])
    return np.searchsorted(bounds, numbers, side="right").clip(0, len(PROGRAMMES) - 1)


def column(
    city: City, view: str, name: str, type: str, count: int, chance: np.random.Generator
) -> Any:
    """A column by its name, else by its type."""
    import pyarrow as pa

    if name in TEXTS:
        return chosen(TEXTS[name], count, chance)
    match type:
        case "id" | "text":
            return chosen([f"{view}{n}" for n in range(5)], count, chance)
        case "resident":
            return city.residents(chance.integers(0, city.size.residents, count))
        case "integer":
            return pa.array(chance.integers(0, 5, count, dtype="i8"))
        case "number":
            return pa.array(chance.integers(70, 190, count).astype("f8"))
        case "boolean":
            return pa.array(chance.random(count) < 0.9)
        case "date":
            return days(date(2023, 1, 1), date(2026, 1, 1), count, chance)
        case _:
            seconds = chance.integers(1_704_067_200, 1_767_225_600, count)
            return pa.array(seconds * 1_000_000).cast(pa.timestamp("us", tz="UTC"))


def part(city: City, view_id: str, place: tuple[str, str], first: int, count: int) -> Any:
    """Write one partition; what the manifest says of it."""
    import pyarrow as pa

    from kangmai.analytics.lake.content import in_order
    from kangmai.analytics.lake.store import lake_at
    from kangmai.analytics.published import published_views

    view = published_views()[view_id]
    chance = np.random.default_rng(zlib.crc32(f"{view_id} {place} 1".encode()))
    columns = {
        c.name: column(city, view_id, c.name, c.type.value, count, chance)
        for c in view.columns.values()
    }
    month, county = place
    homes = chance.integers(0, len(city.places[county]), count, dtype="i4")
    columns[view.county] = named(homes, city.places[county])
    if (
        "organization" in columns
    ):  # one institution for about eight villages, one row in ten at the next
        away = homes // 8 + (chance.random(count) < 0.1)
        columns["organization"] = named(away, [f"{county}{n:03d}" for n in range(away.max() + 1)])
    if view.month:
        columns[view.month] = days(*month_days(month), count, chance)
    if "birth_date" in columns:
        columns["birth_date"] = days(date(1940, 1, 1), date(2026, 1, 1), count, chance)
    for name in ("closed_on", "ended_on", "deceased_on", "moved_out_on", "to_on", "until_on", "retired_on"):  # fmt: skip
        if name in columns:
            columns[name] = pa.nulls(count, pa.date32())
    of_programmes(city, view_id, columns, first, count, chance)
    keys = [name for name in view.key if view.columns[name].type.value in ("id", "text")]
    if keys:
        columns[keys[0]] = ids(first, count, chance)
    elif view_id == "resident":
        columns["resident"] = city.residents(np.arange(first, first + count))
    cluster = (view.cluster,) if view.cluster else ()
    rows = in_order(pa.table(columns), (*cluster, *view.key))
    return lake_at(city.folder / "lake").write(view_id, place, 0, rows)


def of_programmes(
    city: City,
    view_id: str,
    columns: dict[str, Any],
    first: int,
    count: int,
    chance: np.random.Generator,
) -> None:
    """Let the residents of visits be those that are enrolled in the visit's programme."""
    if view_id not in ("visit", "enrolment"):
        return
    enrolments = city.size.enrolments
    numbers = chance.integers(0, enrolments, count) if view_id == "visit" else np.arange(first, first + count)  # fmt: skip
    columns["programme"] = named(programme_of(numbers, enrolments), list(PROGRAMMES))
    columns["resident"] = city.residents(numbers * 7 % city.size.residents)
    if view_id == "enrolment":
        columns["enrolled_on"] = days(date(2021, 1, 1), date(2025, 6, 1), count, chance)


def jobs(city: City) -> Iterator[tuple[str, tuple[str, str], int, int]]:
    """View, partition, first number and count of every file."""
    from kangmai.analytics.published import published_views

    counts = {"resident": city.size.residents, "enrolment": city.size.enrolments, "card": city.size.cards}  # fmt: skip
    for name, share in EVENTS.items():
        counts[name] = int(city.size.events * share)
    for name, view in published_views().items():
        places = [(month, county) for month in (MONTHS if view.month else ["none"]) for county in city.places]  # fmt: skip
        each = max(1, counts.get(name, OTHERS) // len(places))
        for n, place in enumerate(places):
            yield name, place, n * each, each


def write(folder: Path, events: int) -> int:
    """Make the lake below a folder; returns how many rows it has."""
    from kangmai.analytics.lake.manifest import Cutoff, TableState
    from kangmai.analytics.lake.store import lake_at
    from kangmai.analytics.published import published_views
    from kangmai.standards.division_codes import Level
    from kangmai.standards.divisions import DivisionKind, city

    size = size_of(events)
    folder.mkdir(parents=True, exist_ok=True)
    hidden = np.random.default_rng(1).integers(0, 256, (size.residents, 16), dtype="u1")
    np.save(folder / "pseudonyms.npy", hidden)
    places: dict[str, list[str]] = {}
    for village in city("441200").at_level(Level.VILLAGE, kind=DivisionKind.CIVIL):
        places.setdefault(village.code[:6], []).append(village.code)
    made = City(places, folder, size)
    found: dict[str, list[Any]] = {}
    every = list(jobs(made))
    with ProcessPoolExecutor(2, get_context("spawn"), initializer=ready) as pool:
        for job, written in zip(every, pool.map(partial(_part, made), every, chunksize=4), strict=True):  # fmt: skip
            found.setdefault(job[0], []).append(written)
    views = published_views()
    tables = {
        name: TableState(name, views[name].room, views[name].version, "", tuple(sorted(parts, key=lambda p: (p.month, p.county))))
        for name, parts in found.items()
    }  # fmt: skip
    lake_at(folder / "lake").put_in_force(Cutoff(AT, 1, 100), tables, written=())
    return sum(table.rows for table in tables.values())


def ready() -> None:
    """Set a process up that only reads definitions."""
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kangmai.config.settings")
    os.environ.setdefault("KANGMAI_SECRET_KEY", "benchmark")
    django.setup()


def _part(made: City, job: tuple[str, tuple[str, str], int, int]) -> Any:
    return part(made, *job)
