"""The history of a town: encounters, measurements, diagnoses and vaccinations as columns.

Chance is a town's own, so a town's history is the same whether or not others are made.
"""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.city import InventedCity
from kangmai.commandline.city.columns import (
    CONDITIONS,
    Diagnoses,
    Encounters,
    History,
    Measurements,
    TownChunk,
    Vaccinations,
    Visits,
)
from kangmai.commandline.city.history.contacts import (
    KIND,
    NEVER,
    NO_REASON,
    Contacts,
    town_contacts,
)
from kangmai.commandline.city.history.doses import town_doses
from kangmai.commandline.city.history.lengths import Lengths, Span
from kangmai.commandline.city.history.readings import blood_pressures, bodies, glucoses
from kangmai.commandline.city.history.repeats import with_repeats
from kangmai.commandline.city.institutions.types import Network
from kangmai.commandline.city.streams import (
    DAY_SECONDS,
    EAST_8_SECONDS,
    YEAR_DAYS,
    Bytes16,
    Flags,
    Floats,
    Stream,
    Whole,
    day_number,
    midnight_ms,
)

IDS_A_PERSON = 128

Columns = dict[str, Any]


@cache
def diagnosis_codes() -> tuple[dict[str, Any], ...]:
    """Every diagnosis used: `icd10`, `zh`, `en`; the chronic ones of `CONDITIONS` first."""
    health = read("health")
    chronic = [
        {"icd10": each["icd10"], **each["name"]}
        for each in (health["conditions"][c] for c in CONDITIONS)
    ]
    acute = [*health["outpatient"]["reasons"], *health["inpatient"]["reasons"], health["delivery"]]
    return tuple(chronic + [{k: each[k] for k in ("icd10", "zh", "en")} for each in acute])


def town_history(city: InventedCity, chunk: TownChunk, span: Span | None = None) -> History:
    """The history of a town's residents up to the day of the city.

    `span` is how much is made of everyone; where absent, a little of all and more of a sample.
    """
    stream = Stream(city.seed, city.code, chunk.town.code, "history")
    lengths = Lengths.of(city, chunk, span)
    contacts = town_contacts(stream, chunk, city.network, lengths.window)
    seen = _encounters(stream, city, contacts)
    taken, measurements = _measurements(stream, city, chunk, contacts, seen)
    visit = np.flatnonzero(contacts.kind == KIND["hypertension_follow_up"])
    stay = np.flatnonzero(contacts.method == b"")  # follow-ups leave readings, and no encounter
    place = np.full(len(contacts.kind), -1)
    place[stay] = np.arange(len(stay))
    of_encounters = {name: each[stay] for name, each in seen.items() if name != "method"}
    visits, measurements = with_repeats(
        stream,
        _visits(stream, seen, visit, taken, measurements),
        replace(measurements, encounter=place[measurements.encounter]),
        chunk.residents,
        today=lengths.window.today,
    )
    return History(
        encounters=Encounters(id=_ids(city, chunk, "encounters", len(stay)), **of_encounters),
        visits=visits,
        measurements=replace(
            measurements, id=_ids(city, chunk, "measurements", len(measurements.at))
        ),
        diagnoses=_diagnoses(stream, city, chunk, contacts, seen, place),
        vaccinations=_vaccinations(stream, city, chunk, lengths),
    )


def _ids(city: InventedCity, chunk: TownChunk, what: str, count: int) -> Bytes16:
    return Stream(city.seed, city.code, chunk.town.code, what).uuids(
        count,
        from_ms=midnight_ms(city.on),
        from_ordinal=int(chunk.residents.number[0]) * IDS_A_PERSON,
    )


def _encounters(stream: Stream, city: InventedCity, contacts: Contacts) -> Columns:
    """The columns of `Encounters` without ids, for all contacts, and how follow-ups were made."""
    count = len(contacts.resident)
    start = contacts.day * DAY_SECONDS + contacts.second - EAST_8_SECONDS
    minutes = np.where(contacts.kind == KIND["check_up"], 90, 12)
    length = np.where(contacts.stay_days > 0, contacts.stay_days * DAY_SECONDS, minutes * 60)
    followed = contacts.method != b""
    late = followed & stream.chance(0.12, count)
    entered = start + length + np.where(late, 1 + stream.below(21, count), 0) * DAY_SECONDS
    latest = day_number(city.on) * DAY_SECONDS - EAST_8_SECONDS - 1
    return {
        "resident": contacts.resident,
        "kind": contacts.kind.astype(np.int16),
        "method": contacts.method,
        "started_at": start,
        "ended_at": start + length,
        "entered_at": np.minimum(entered, latest),
        "institution": contacts.institution,
        "staff": _staff_of(stream, city.network, contacts.institution),
        "reason": contacts.reason,
    }


def _visits(
    stream: Stream, seen: Columns, visit: Whole, taken: Whole, measurements: Measurements
) -> Visits:
    """The follow-ups of hypertension; `taken` is the reading of each contact, -1 for none."""
    rules = read("health")["follow_up"]
    columns = ("resident", "method", "entered_at", "institution", "staff")
    value, second = (np.append(each, np.nan) for each in (measurements.value, measurements.second))
    reading = taken[visit]
    return Visits(
        **{name: seen[name][visit] for name in columns},
        visited_at=seen["started_at"][visit],
        reading=reading,
        systolic=value[reading],
        diastolic=second[reading],
        adherence=stream.choice(rules["adherence"], len(visit)).astype(np.int16) + np.int16(1),
        has_reaction=stream.chance(rules["reaction"], len(visit)),
        new_complication=stream.chance(rules["complication"], len(visit)),
    )


def _staff_of(stream: Stream, network: Network, institution: Whole) -> Whole:
    """Someone of each institution."""
    first = np.array([group[0] if group else -1 for group in network.staff_of])
    size = np.array([len(group) for group in network.staff_of])
    return first[institution] + stream.below(np.minimum(size[institution], 40), len(institution))


def _measurements(
    stream: Stream, city: InventedCity, chunk: TownChunk, contacts: Contacts, seen: Columns
) -> tuple[Whole, Measurements]:
    """The blood pressure of each contact (its row, -1 for none), and all readings."""
    resident = contacts.resident
    births = chunk.residents.birth_on.astype(np.int64)
    age = (contacts.day - births[resident]) / YEAR_DAYS
    in_person = contacts.method != b"3"
    pressure, sugar, height, weight = _taken(stream, contacts, chunk, age, in_person)
    has = ~np.isnat(chunk.residents.known_on[:, :2])
    tables = [
        blood_pressures(stream, resident, age, contacts.day, pressure, has[:, 0]),
        glucoses(stream, resident, age, sugar, has[:, 1]),
        *bodies(stream, resident, age, chunk.residents.sex == b"1", height, weight),
    ]
    encounter = np.concatenate([np.flatnonzero(rows) for rows in (pressure, sugar, height, weight)])
    sizes = [int(rows.sum()) for rows in (pressure, sugar, height, weight)]
    what = np.repeat(np.arange(len(sizes), dtype=np.int16), sizes)
    value = np.concatenate([table[0] for table in tables])
    second = np.concatenate([table[1] for table in tables])
    order = np.lexsort((what, encounter))
    encounter, what = encounter[order], what[order]
    taken = np.full(len(resident), -1)
    taken[encounter[what == 0]] = np.flatnonzero(what == 0)
    return taken, Measurements(
        id=np.zeros((len(order), 16), dtype=np.uint8),
        encounter=encounter,
        resident=resident[encounter],
        kind=what,
        at=seen["started_at"][encounter] + 240,
        institution=seen["institution"][encounter],
        value=value[order],
        second=second[order],
    )


def _taken(
    stream: Stream, contacts: Contacts, chunk: TownChunk, age: Floats, seen: Flags
) -> tuple[Flags, Flags, Flags, Flags]:
    """Whether a contact has a blood pressure, a glucose, a height, a weight."""
    rules = read("health")
    kind, count = contacts.kind, len(contacts.resident)
    hypertension = kind == KIND["hypertension_follow_up"]
    diabetes = kind == KIND["diabetes_follow_up"]
    check_up, antenatal = kind == KIND["check_up"], kind == KIND["antenatal"]
    follow_up = (hypertension | diabetes) & seen
    adult_visit = (kind == KIND["outpatient"]) & (age >= 18)
    at_visit = adult_visit & stream.chance(rules["outpatient"]["blood_pressure_part"], count)
    pressure = (
        follow_up | check_up | antenatal | at_visit | ((kind == KIND["inpatient"]) & (age >= 18))
    )
    enrolled = chunk.residents.enrolled_on[:, 1]
    in_diabetes = np.where(np.isnat(enrolled), NEVER, enrolled.astype(np.int64))
    for_sugar = (in_diabetes[contacts.resident] <= contacts.day) & follow_up
    missing = rules["follow_up"]["glucose_missing"]
    at_check_up = check_up & ~stream.chance(rules["check_up"]["glucose_missing"], count)
    sugar = (for_sugar & ~stream.chance(missing, count)) | at_check_up
    lacking = stream.chance(rules["check_up"]["weight_missing"], count)
    weighed = stream.chance(rules["follow_up"]["weight_taken"], count)
    weight = ((check_up | antenatal) & ~lacking) | (follow_up & weighed)
    height = check_up & ~stream.chance(rules["check_up"]["height_missing"], count)
    return pressure, sugar, height, weight


def _diagnoses(
    stream: Stream,
    city: InventedCity,
    chunk: TownChunk,
    contacts: Contacts,
    seen: Columns,
    place: Whole,
) -> Diagnoses:
    """Chronic ones as reported when they were made, and one for each visit that has a reason."""
    known = chunk.residents.known_on
    who, what = np.nonzero(~np.isnat(known))
    onset = known[who, what]
    midday = onset.astype(np.int64) * DAY_SECONDS + 4 * 3600
    hospital = city.network.county_hospital[chunk.town.county]
    visits = np.flatnonzero(contacts.reason != NO_REASON)
    began = contacts.day[visits] - stream.below(4, len(visits))
    began = np.maximum(began, chunk.residents.birth_on.astype(np.int64)[contacts.resident[visits]])
    lasted = 4 + stream.below(12, len(visits)) + contacts.stay_days[visits]
    today = np.datetime64(city.on, "D")
    ended = (contacts.day[visits] + lasted).astype("datetime64[D]")
    none = np.full(len(who), np.datetime64("NaT", "D"))
    resident = np.concatenate([who, contacts.resident[visits]])
    order = np.argsort(resident, kind="stable")
    return Diagnoses(
        id=_ids(city, chunk, "diagnoses", len(order)),
        encounter=np.concatenate([np.full(len(who), -1), place[visits]])[order],
        resident=resident[order],
        code=np.concatenate([what, contacts.reason[visits]]).astype(np.int16)[order],
        onset_on=np.concatenate([onset, began.astype("datetime64[D]")])[order],
        abated_on=np.concatenate([none, np.where(ended < today, ended, np.datetime64("NaT", "D"))])[
            order
        ],
        recorded_at=np.concatenate([midday, seen["started_at"][visits] + 600])[order],
        institution=np.concatenate([np.full(len(who), hospital), contacts.institution[visits]])[
            order
        ],
        is_chronic=(np.arange(len(order)) < len(who))[order],
    )


def _vaccinations(
    stream: Stream, city: InventedCity, chunk: TownChunk, lengths: Lengths
) -> Vaccinations:
    doses = town_doses(stream, chunk, since=lengths.doses_since, today=lengths.window.today)
    count = len(doses.resident)
    place = np.full(count, city.network.town_institution[chunk.town.order])
    morning = 9 * 3600 - EAST_8_SECONDS + stream.below(9000, count)
    return Vaccinations(
        id=_ids(city, chunk, "vaccinations", count),
        resident=doses.resident,
        vaccine=doses.vaccine.astype(np.int16),
        dose=doses.number.astype(np.int16),
        given_at=doses.day * DAY_SECONDS + morning,
        institution=place,
        staff=_staff_of(stream, city.network, place),
        batch=doses.batch,
    )
