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
    far = {name: _Series.not_begun(len(births)) for name in map(_series, table["doses"])}
    until = table["children_until_years"]
    delays = {
        months: _delays(stream, len(births), months)
        for months in dict.fromkeys(dose["months"] for dose in table["doses"])
    }
    parts = [
        _doses(
            stream,
            chunk,
            births,
            dose,
            far[_series(dose)],
            delays[dose["months"]],
            until,
            today=today,
        )
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


@dataclass(slots=True, eq=False)
class _Series:
    """How far the children are in one series: the day of the latest dose, 0 for none, and who stays behind.

    `months` is the usual age at the latest dose that was gone through.
    """

    day: Whole
    is_behind: Flags
    months: float = 0

    @classmethod
    def not_begun(cls, people: int) -> "_Series":
        return cls(np.zeros(people, dtype=np.int64), np.zeros(people, dtype=bool))


def _series(dose: dict[str, Any]) -> str:
    """The series of a dose, called after its first vaccine."""
    return str(dose.get("follows", dose["vaccine"]))


def _delays(stream: Stream, people: int, months: int) -> Whole:
    """How many days after an age each comes for its doses: for all of them on one day, as live vaccines ask."""
    if months == 0:
        return stream.chance(0.06, people).astype(np.int64)
    rules = read("health")["vaccination"]
    delay = -rules["mean_delay_days"] * np.log(1 - stream.uniform(people) * 0.999)
    late = stream.chance(rules["late_part"], people)
    return (delay + late * stream.uniform(people) * rules["late_days"] + SURE_DAYS).astype(np.int64)


def _doses(
    stream: Stream,
    chunk: TownChunk,
    births: Whole,
    dose: dict[str, Any],
    series: _Series,
    delay: Whole,
    until: int,
    *,
    today: int,
) -> tuple[Whole, Whole]:
    """Who was given a dose, and on which day: at the age for it or later, and as long after the dose before as is usual.

    Who missed one gets no later dose of its series, as a clinic would not number them otherwise.
    """
    rules = read("health")["vaccination"]
    due = births + round(dose["months"] * YEAR_DAYS / 12)
    wanted = (due < today) & _is_for(chunk, births, dose, until, today=today) & ~series.is_behind
    people = np.flatnonzero(wanted)
    begins_hpv = dose["vaccine"] == "HPV2" and dose["dose"] == 1
    part = rules["given_hpv"] if begins_hpv else rules["given"]
    is_given = stream.chance(part, len(people))
    apart = dose.get("apart_days", _apart(dose["months"] - series.months)) + SURE_DAYS
    follows = np.where(series.day[people] > 0, series.day[people] + apart, 0)
    day = np.maximum(due[people] + delay[people], follows)
    if "given_from" in dose:
        start = day_number(dose["given_from"])
        spaced = start + stream.below(60, len(people)) + (dose["dose"] - 1) * 183
        day = np.maximum(day, spaced)
    kept = is_given & (day < today)
    series.is_behind[people[~kept]] = True
    series.day[people[kept]], series.months = day[kept], dose["months"]
    return people[kept], day[kept]


def _apart(months: float) -> int:
    """Days between doses whose usual ages lie so far apart: who is late catches up on long intervals."""
    days = round(months * YEAR_DAYS / 12)
    return days if days < LONG_DAYS else min(round(CAUGHT_UP * days), MOST_APART_DAYS)


LONG_DAYS, CAUGHT_UP = 100, 0.85
SURE_DAYS = 3
"""So many days after the age and after the interval at least, months being of different lengths."""
MOST_APART_DAYS = 370
"""After a year the next dose may be given, where the schedule has longer intervals."""


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
