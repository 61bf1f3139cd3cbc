"""Who was seen when, where and why, before it is written down as encounters."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.columns import (
    CONDITIONS,
    CONTACT_KINDS,
    HERE,
    Residents,
    TownChunk,
)
from kangmai.commandline.city.institutions.types import Network
from kangmai.commandline.city.streams import (
    YEAR_DAYS,
    Codes,
    Floats,
    Stream,
    Whole,
    along,
    inverse,
    poisson,
    rows_choice,
)

KIND = {name: number for number, name in enumerate(CONTACT_KINDS)}


NO_REASON = -1
NEVER = 2**40


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """The days looked at of each resident, [since, today) in days since 1970, and a factor for visits and stays."""

    since: Whole
    today: int
    contacts: Floats

    @property
    def years(self) -> Floats:
        """Its length for each resident."""
        return (self.today - self.since) / YEAR_DAYS


@dataclass(frozen=True, slots=True, eq=False)
class Contacts:
    """Contacts of one kind before they have ids: day is days since 1970, seconds after midnight in China."""

    resident: Whole
    kind: Codes
    method: np.ndarray
    day: Whole
    second: Whole
    stay_days: Whole
    institution: Whole
    reason: Codes


def town_contacts(stream: Stream, chunk: TownChunk, network: Network, window: Window) -> Contacts:
    """All contacts of a town's people in the window, by resident and time."""
    makers = (_follow_ups, _check_ups, _antenatal, _outpatient, _inpatient, _deliveries)
    parts = [make(stream, chunk, network, window) for make in makers]
    return _possible(_sorted(_joined(parts)), chunk.residents, today=window.today)


def _follow_ups(stream: Stream, chunk: TownChunk, network: Network, window: Window) -> Contacts:
    """Four visits a year to those enrolled for blood pressure or glucose, some missed, some late."""
    rules = read("health")["follow_up"]
    enrolled = chunk.residents.enrolled_on.astype(np.int64)
    none = np.isnat(chunk.residents.enrolled_on)
    start = np.where(none, NEVER, enrolled)[:, :2]
    people = np.flatnonzero(start.min(axis=1) < window.today)
    people = people[~stream.chance(rules["lost"], len(people))]
    apart = YEAR_DAYS / rules["a_year"]
    visits = (window.years[people] * YEAR_DAYS / apart).astype(np.int64) + 1
    resident, turn = _turns(people, visits)
    phase = np.repeat(stream.uniform(len(people)) * apart, visits)
    late = stream.uniform(len(resident)) ** 2.5 * rules["late_days"]
    day = (window.since[resident] + phase + turn * apart + late).astype(np.int64)
    kept = ~stream.chance(rules["missed"], len(resident))
    kept &= (day >= start.min(axis=1)[resident]) & (day < window.today)
    resident, day = resident[kept], day[kept]
    draw = stream.uniform(len(resident))
    home, phone = rules["at_home"], rules["by_phone"]
    method = np.where(draw < home, b"2", np.where(draw < home + phone, b"3", b"1"))
    pressure = start[resident, 0] <= day
    kind = np.where(pressure, KIND["hypertension_follow_up"], KIND["diabetes_follow_up"])
    place = _primary(stream, chunk, network, resident, village_part=0.62)
    return _contacts(stream, resident, kind, day, place, method=method)


def _check_ups(stream: Stream, chunk: TownChunk, network: Network, window: Window) -> Contacts:
    """The yearly examination of the old, the managed and some others, at the town's institution."""
    rules = read("health")["check_up"]
    births = chunk.residents.birth_on.astype(np.int64)
    years = np.maximum(np.rint(window.years), 1).astype(np.int64)
    resident, turn = _turns(np.arange(len(births)), years)
    begin = window.today - (turn + 1) * YEAR_DAYS
    day = (begin + stream.uniform(len(resident)) * YEAR_DAYS).astype(np.int64)
    age = (day - births[resident]) / YEAR_DAYS
    part = np.where(
        age >= 65, rules["elderly_part"], np.where(age >= 35, rules["other_adult_part"], 0)
    )
    enrolled = chunk.residents.enrolled_on[:, 0]
    managed = np.where(np.isnat(enrolled), NEVER, enrolled.astype(np.int64))[resident] <= day
    part = np.where(managed, rules["managed_part"], part)
    kept = (
        stream.chance(part, len(resident)) & (day >= window.since[resident]) & (day < window.today)
    )
    resident, day = resident[kept], day[kept]
    place = np.full(len(resident), network.town_institution[chunk.town.order])
    return _contacts(stream, resident, KIND["check_up"], day, place)


def _antenatal(stream: Stream, chunk: TownChunk, network: Network, window: Window) -> Contacts:
    """Visits of women now pregnant, from booking on."""
    pregnancies = chunk.pregnancies
    weeks = np.array(read("health")["antenatal_weeks"])
    woman = np.repeat(pregnancies.woman, len(weeks))
    start = np.repeat(pregnancies.last_period_on.astype(np.int64), len(weeks))
    booked = np.repeat(pregnancies.booked_on, len(weeks))
    day = start + np.tile(weeks * 7, len(pregnancies.woman)) + stream.below(15, len(woman)) - 7
    kept = (
        ~np.isnat(booked)
        & (day >= booked.astype(np.int64))
        & (day < window.today)
        & (day >= window.since[woman])
    )
    kept &= ~stream.chance(0.08, len(woman))
    place = np.where(
        stream.chance(0.45, len(woman)),
        network.county_hospital[chunk.town.county],
        network.town_institution[chunk.town.order],
    )
    return _contacts(stream, woman[kept], KIND["antenatal"], day[kept], place[kept])


def _outpatient(stream: Stream, chunk: TownChunk, network: Network, window: Window) -> Contacts:
    rules = read("health")["outpatient"]
    resident, day, age = _by_rate(stream, chunk, rules["a_year"], "visits", window)
    parts = rules["at"]
    where = inverse(np.array(list(parts.values())), stream.uniform(len(resident)))
    town = np.full(len(resident), network.town_institution[chunk.town.order])
    village = _clinics(chunk, network)[chunk.residents.village[resident]]
    place = np.choose(
        where, [village, town, np.full_like(town, network.county_hospital[chunk.town.county])]
    )
    reason = _reasons(stream, rules["reasons"], age) + len(CONDITIONS)
    return _contacts(stream, resident, KIND["outpatient"], day, place, reason=reason)


def _inpatient(stream: Stream, chunk: TownChunk, network: Network, window: Window) -> Contacts:
    rules = read("health")["inpatient"]
    resident, day, age = _by_rate(stream, chunk, rules["a_year"], "admissions", window)
    county = network.county_hospital[chunk.town.county]
    top = next((i.order for i in network.institutions if i.key == "hospital"), county)
    place = np.where(stream.chance(0.22, len(resident)), top, county)
    before = len(CONDITIONS) + len(read("health")["outpatient"]["reasons"])
    reason = _reasons(stream, rules["reasons"], age) + before
    stay = 1 - rules["mean_days"] * np.log(1 - stream.uniform(len(resident)) * 0.985)
    contacts = _contacts(
        stream, resident, KIND["inpatient"], day, place, reason=reason, stay=stay.astype(np.int64)
    )
    kept = contacts.day + contacts.stay_days < window.today
    return _rows(contacts, np.flatnonzero(kept))


def _deliveries(stream: Stream, chunk: TownChunk, network: Network, window: Window) -> Contacts:
    """The hospital stay of each mother at the birth of a child; twins are one birth."""
    people = chunk.residents
    children = np.flatnonzero(people.mother >= 0)
    births = np.column_stack([people.mother[children], people.birth_on.astype(np.int64)[children]])
    woman, day = np.unique(births, axis=0).T
    kept = (day >= window.since[woman]) & (day < window.today)
    woman, day = woman[kept], day[kept]
    listed = read("health")
    rules = listed["delivery"]
    here = stream.chance(rules["at_county"], len(woman))
    county, town = (
        network.county_hospital[chunk.town.county],
        network.town_institution[chunk.town.order],
    )
    stay = rules["least_days"] + stream.below(rules["more_days"], len(woman))
    last = sum(len(listed[each]["reasons"]) for each in ("outpatient", "inpatient"))
    reason = np.full(len(woman), len(CONDITIONS) + last, dtype=np.int16)
    contacts = _contacts(
        stream,
        woman,
        KIND["inpatient"],
        day,
        np.where(here, county, town),
        reason=reason,
        stay=stay,
    )
    return _rows(contacts, np.flatnonzero(day + stay < window.today))


def _turns(people: Whole, times: Whole) -> tuple[Whole, Whole]:
    """Each of the people as often as said, and which time it is, from 0."""
    resident = np.repeat(people, times)
    first = np.cumsum(times) - times
    return resident, np.arange(len(resident)) - np.repeat(first, times)


def _by_rate(
    stream: Stream,
    chunk: TownChunk,
    table: dict[str, list[float]],
    column: str,
    window: Window,
) -> tuple[Whole, Whole, Floats]:
    """Who had an event on which day, at which age; a Poisson number each, more in winter."""
    births = chunk.residents.birth_on.astype(np.int64)
    age = (window.today - births) / YEAR_DAYS
    mean = along(table, column, age) * window.contacts * window.years
    resident = np.repeat(np.arange(len(age)), poisson(stream, mean))
    since = window.since[resident]
    day = since + stream.uniform(len(resident)) * (window.today - since)
    wave = np.cos(2 * np.pi * (day - 15) / YEAR_DAYS)
    kept = stream.chance(0.8 + 0.2 * wave, len(resident))
    again = since + stream.uniform(len(resident)) * (window.today - since)
    days: Whole = np.where(kept, day, again).astype(np.int64)
    return resident.astype(np.int64), days, (days - births[resident]) / YEAR_DAYS


def _reasons(stream: Stream, reasons: list[dict[str, Any]], age: Floats) -> Codes:
    bands = np.array([each["weights"] for each in reasons], dtype=np.float64).T
    band = np.searchsorted([6, 18, 60], age, side="right")
    return rows_choice(bands, band, stream.uniform(len(age))).astype(np.int16)


def _clinics(chunk: TownChunk, network: Network) -> Whole:
    return np.array(network.village_clinics[chunk.town.order])


def _primary(
    stream: Stream, chunk: TownChunk, network: Network, resident: Whole, *, village_part: float
) -> Whole:
    """The resident's village clinic, or the town's institution."""
    village = _clinics(chunk, network)[chunk.residents.village[resident]]
    near = stream.chance(village_part, len(resident))
    return np.where(near, village, network.town_institution[chunk.town.order])


def _contacts(
    stream: Stream,
    resident: Whole,
    kind: Whole | int,
    day: Whole,
    institution: Whole,
    *,
    method: np.ndarray | None = None,
    reason: Codes | None = None,
    stay: Whole | None = None,
) -> Contacts:
    count = len(resident)
    morning = stream.chance(0.64, count)
    second = np.where(morning, 8 * 3600, 14 * 3600 + 1800) + stream.below(3 * 3600 + 1800, count)
    return Contacts(
        resident=resident,
        kind=np.broadcast_to(np.asarray(kind, dtype=np.int16), count),
        method=np.full(count, b"", dtype="S1") if method is None else method.astype("S1"),
        day=day,
        second=second,
        stay_days=np.zeros(count, dtype=np.int64) if stay is None else stay,
        institution=np.asarray(institution, dtype=np.int64),
        reason=np.full(count, NO_REASON, dtype=np.int16) if reason is None else reason,
    )


def _joined(parts: list[Contacts]) -> Contacts:
    return Contacts(
        **{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Contacts)}
    )


def _rows(contacts: Contacts, rows: Whole) -> Contacts:
    return Contacts(**{f.name: getattr(contacts, f.name)[rows] for f in fields(Contacts)})


def _sorted(contacts: Contacts) -> Contacts:
    return _rows(contacts, np.lexsort((contacts.second, contacts.day, contacts.resident)))


def _possible(contacts: Contacts, residents: Residents, *, today: int) -> Contacts:
    """Without contacts before birth, after death or after moving away."""
    born = residents.birth_on.astype(np.int64)[contacts.resident]
    ended = np.where(residents.state == HERE, today, residents.ended_on.astype(np.int64))
    latest = ended[contacts.resident]
    inside = (contacts.day >= born) & (contacts.day + contacts.stay_days < latest)
    return _rows(contacts, np.flatnonzero(inside))
