"""Who fell ill of what, when it was diagnosed, and when its card was submitted, received and reviewed.

Each disease has its own chance in each town, so towns may be made in any order. Years and weeks that are
worse than others are so in the whole city at once.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from kangmai.commandline.city.assumptions import Table, read
from kangmai.commandline.city.city import InventedCity
from kangmai.commandline.city.columns import HERE, TownChunk
from kangmai.commandline.city.streams import (
    DAY_SECONDS,
    EAST_8_SECONDS,
    YEAR_DAYS,
    Bytes16,
    Codes,
    Flags,
    Floats,
    Stream,
    Whole,
    day_number,
    inverse,
    midnight_ms,
)

NEVER = -1
"""In a column of instants: it has not happened by the day of the city."""
BEFORE_DAYS = 120
"""Some are diagnosed long after they fell ill: onsets are drawn from so much earlier on."""
HALF_YEAR = YEAR_DAYS / 2
IDS_A_PERSON = 64
HOUR = 3600
SUNDAY = 3
"""The day number of a Sunday modulo 7, since 1970-01-01 was a Thursday."""


@dataclass(frozen=True, slots=True, eq=False)
class Infections:
    """One row a case. `resident` is a position in the chunk, `institution` in the network, `disease` in the
    list of diseases. Instants are UTC seconds since 1970, `NEVER` where it did not happen; a case without
    `submitted_at` was diagnosed and never reported. `onset_on` is days since 1970.
    """

    id: Bytes16
    resident: Whole
    disease: Codes
    onset_on: Whole
    diagnosed_at: Whole
    submitted_at: Whole
    received_at: Whole
    reviewed_at: Whole
    final_at: Whole
    institution: Whole
    is_confirmed: Flags
    is_imported: Flags

    def __len__(self) -> int:
        return len(self.resident)


def town_infections(city: InventedCity, chunk: TownChunk) -> Infections:
    """The cases of a town up to the day of the city, by resident."""
    rules = read("infections")
    parts = [_of_disease(city, chunk, rules, number) for number in range(len(rules["diseases"]))]
    columns = {
        field.name: np.concatenate([part[field.name] for part in parts])
        for field in fields(Infections)
        if field.name != "id"
    }
    order = np.lexsort((columns["diagnosed_at"], columns["resident"]))
    ids = Stream(city.seed, city.code, chunk.town.code, "infections").uuids(
        len(order),
        from_ms=midnight_ms(city.on),
        from_ordinal=int(chunk.residents.number[0]) * IDS_A_PERSON,
    )
    return Infections(id=ids, **{name: column[order] for name, column in columns.items()})


def infections_of_block(table: Infections, first: int, end: int) -> Infections:
    """The cases of the residents from row `first` up to `end`, with positions within the block."""
    span = slice(*np.searchsorted(table.resident, (first, end)).tolist())
    part = {field.name: getattr(table, field.name)[span] for field in fields(Infections)}
    return replace(Infections(**part), resident=part["resident"] - first)


def _of_disease(city: InventedCity, chunk: TownChunk, rules: Table, number: int) -> dict[str, Any]:
    rule = rules["diseases"][number]
    stream = Stream(city.seed, city.code, chunk.town.code, "infections", rule["code"])
    today, length = day_number(city.on), rules["history_days"] + BEFORE_DAYS
    people = chunk.residents
    chance = rule["per_100000"] / 1e5 * length / YEAR_DAYS
    count = int(stream.chance(chance, int((people.state == HERE).sum())).sum())
    season = _season(city, rules, rule, today - length, length)
    onset = today - length + inverse(season, stream.uniform(count))
    resident = _who(stream, chunk, rules, rule, onset, today)
    first = np.unique(resident, return_index=True)[1]  # nobody has one disease twice
    onset, resident = onset[first], resident[first]
    times = _times(stream, rules, rule, onset)
    place = np.where(
        stream.chance(rule["county"], len(onset)),
        city.network.county_hospital[chunk.town.county],
        city.network.town_institution[chunk.town.order],
    )
    columns = {
        "resident": resident,
        "disease": np.full(len(onset), number, dtype=np.int16),
        "onset_on": onset,
        **_until(times, today),
        "institution": place,
        "is_confirmed": stream.chance(rule["confirmed"], len(onset)),
        "is_imported": stream.chance(rule.get("imported", 0.0), len(onset)),
    }
    begin = (today - rules["history_days"]) * DAY_SECONDS - EAST_8_SECONDS
    born = people.birth_on.astype(np.int64)[resident]
    kept = (times["diagnosed_at"] >= begin) & (columns["diagnosed_at"] != NEVER) & (onset >= born)
    return {name: column[kept] for name, column in columns.items()}


def _season(city: InventedCity, rules: Table, rule: Table, first: int, length: int) -> Floats:
    """The relative number of onsets of each day: months, and years and weeks unlike each other."""
    day = np.arange(first, first + length)
    months = np.asarray(rule["months"], dtype=np.float64)
    middle = (np.arange(-1, 13) + 0.5) / 12
    part = (day % YEAR_DAYS) / YEAR_DAYS
    wave = np.interp(part, middle, np.concatenate([months[-1:], months, months[:1]]))
    stream = Stream(city.seed, city.code, "infections", rule["code"])
    year, week = (day // YEAR_DAYS).astype(np.int64), day // 7
    years = np.exp(rules["spread_year"] * stream.normal(int(year.max()) + 1))
    weeks = np.exp(rules["spread_week"] * stream.normal(int(week.max()) + 1))
    return np.asarray(wave * years[year] * weeks[week])


def _who(
    stream: Stream, chunk: TownChunk, rules: Table, rule: Table, onset: Whole, today: int
) -> Whole:
    """A resident for each onset, by age at that time, to the nearest half year."""
    people = chunk.residents
    born = people.birth_on.astype(np.int64)
    ages = np.asarray(rule["ages"], dtype=np.float64)
    period = ((today - onset) // HALF_YEAR).astype(np.int64)
    draw = stream.uniform(len(onset))
    found = np.zeros(len(onset), dtype=np.int64)
    for each in np.unique(period):
        years = (today - (each + 0.5) * HALF_YEAR - born) / YEAR_DAYS
        band = np.searchsorted(rules["age_bands"], np.maximum(years, 0), side="right") - 1
        weight = np.where((people.state == HERE) & (years > 0), ages[band], 0.0)
        mine = period == each
        found[mine] = inverse(weight if weight.sum() else weight + 1.0, draw[mine])
    return found


def _times(stream: Stream, rules: Table, rule: Table, onset: Whole) -> dict[str, Whole]:
    """The instants in a case's life, each after the one before; a case that was missed has the first only."""
    said, count = rules["reporting"], len(onset)
    median, spread = rule["delay_days"]
    delay = median * np.exp(spread * stream.normal(count)) + stream.uniform(count) - 0.5
    day = onset + np.maximum(delay, 0).astype(np.int64)
    day += (day % 7 == SUNDAY) & stream.chance(rules["sunday_part"], count)
    morning = stream.chance(0.64, count)
    second = np.where(morning, 8 * HOUR, 14.5 * HOUR) + stream.uniform(count) * 3.5 * HOUR
    diagnosed = (day * DAY_SECONDS + second - EAST_8_SECONDS).astype(np.int64)
    median, spread = said["submitted_hours"]
    soon = np.minimum(median * np.exp(spread * stream.normal(count)), 20.0)
    late = _between(stream, said["late_hours"], count)
    hours = np.where(stream.chance(said["late"], count), late, soon)
    submitted = diagnosed + (hours * HOUR).astype(np.int64)
    received = submitted + (_between(stream, said["receipt_hours"], count) * HOUR).astype(np.int64)
    reviewed = submitted + (_between(stream, said["review_hours"], count) * HOUR).astype(np.int64)
    days = _between(stream, said["final_days"], count)
    final = reviewed + (days * DAY_SECONDS).astype(np.int64)
    missed = stream.chance(said["missed"], count)
    after = {
        "submitted_at": submitted,
        "received_at": received,
        "reviewed_at": reviewed,
        "final_at": final,
    }
    return {
        "diagnosed_at": diagnosed,
        **{name: np.where(missed, NEVER, each) for name, each in after.items()},
    }


def _between(stream: Stream, ends: list[float], count: int) -> Floats:
    low, high = ends
    return low + stream.uniform(count) * (high - low)


def _until(times: dict[str, Whole], today: int) -> dict[str, Whole]:
    """What has happened before the day of the city; the rest is still to come."""
    end = today * DAY_SECONDS - EAST_8_SECONDS
    return {name: np.where(each < end, each, NEVER) for name, each in times.items()}
