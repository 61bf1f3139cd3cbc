"""Doses given to children: most in the weeks after the age for them, some late, a few never."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.columns import Text, TownChunk
from kangmai.commandline.city.people.numbers import digits, text_of
from kangmai.commandline.city.streams import YEAR_DAYS, Flags, Stream, Whole, day_number


@dataclass(frozen=True, slots=True, eq=False)
class Doses:
    """Doses before they have ids: `day` is days since 1970, `vaccine` a position in `vaccine_codes()`."""

    resident: Whole
    day: Whole
    vaccine: Whole
    number: Whole
    batch: Text


@cache
def vaccine_codes() -> tuple[str, ...]:
    """The codes of the vaccines used."""
    return tuple(read("vaccinations")["names"])


def town_doses(stream: Stream, chunk: TownChunk, *, since: Whole, today: int) -> Doses:
    """All doses from each resident's `since` on (days since 1970), by resident and day."""
    table = read("vaccinations")
    births = chunk.residents.birth_on.astype(np.int64)
    parts = [
        _doses(stream, chunk, births, dose, table["children_until_years"], today=today)
        for dose in table["doses"]
    ]
    resident = np.concatenate([part[0] for part in parts])
    day = np.concatenate([part[1] for part in parts])
    sizes = [len(part[0]) for part in parts]
    codes = vaccine_codes()
    vaccine = np.repeat([codes.index(dose["vaccine"]) for dose in table["doses"]], sizes)
    number = np.repeat([dose["dose"] for dose in table["doses"]], sizes)
    ended = chunk.residents.ended_on
    latest = np.where(np.isnat(ended), today, ended.astype(np.int64))
    rows = np.flatnonzero((day < latest[resident]) & (day >= since[resident]))
    rows = rows[np.lexsort((number[rows], vaccine[rows], day[rows], resident[rows]))]
    return Doses(
        resident=resident[rows],
        day=day[rows],
        vaccine=vaccine[rows],
        number=number[rows],
        batch=_batches(stream, vaccine[rows], day[rows]),
    )


def _doses(
    stream: Stream, chunk: TownChunk, births: Whole, dose: dict[str, Any], until: int, *, today: int
) -> tuple[Whole, Whole]:
    """Who was given a dose, and on which day."""
    rules = read("health")["vaccination"]
    due = births + round(dose["months"] * YEAR_DAYS / 12)
    wanted = (due < today) & _is_for(chunk, births, dose, until, today=today)
    people = np.flatnonzero(wanted)
    part = rules["given_hpv"] if dose["vaccine"] == "HPV2" else rules["given"]
    people = people[stream.chance(part, len(people))]
    delay = -rules["mean_delay_days"] * np.log(1 - stream.uniform(len(people)) * 0.999)
    late = stream.chance(rules["late_part"], len(people))
    delay = delay + late * stream.uniform(len(people)) * rules["late_days"]
    if dose["months"] == 0:
        delay = stream.chance(0.06, len(people)) * 1.0
    day = due[people] + delay.astype(np.int64)
    if "given_from" in dose:
        start = day_number(dose["given_from"])
        spaced = start + stream.below(60, len(people)) + (dose["dose"] - 1) * 183
        day = np.maximum(day, spaced)
    kept = day < today
    return people[kept], day[kept]


def _is_for(
    chunk: TownChunk, births: Whole, dose: dict[str, Any], until: int, *, today: int
) -> Flags:
    if "girls_born_from" in dose:
        girls = chunk.residents.sex == b"2"
        return girls & (births >= day_number(dose["girls_born_from"]))
    fits = births > today - until * YEAR_DAYS
    if "born_from" in dose:
        fits &= births >= day_number(dose["born_from"])
    if "born_until" in dose:
        fits &= births < day_number(dose["born_until"])
    return fits


def _batches(stream: Stream, vaccine: Whole, day: Whole) -> Text:
    """Batch numbers: the month the batch came from and the vaccine; some not written down."""
    month = (day - 90).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    rows = np.empty((len(day), 9), dtype=np.uint8)
    rows[:, 0] = ord("X")
    rows[:, 1:7] = digits((month // 12 + 1970) * 100 + month % 12 + 1, 6)
    rows[:, 7:9] = digits(vaccine + 10, 2)
    missing = stream.chance(read("health")["vaccination"]["batch_missing"], len(day))
    return np.where(missing, b"", text_of(rows)).astype("S9")
