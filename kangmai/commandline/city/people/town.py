"""All columns of one town's people, put together from people, families, names and particulars."""

from datetime import date
from typing import Any

import numpy as np

from kangmai.commandline.city.columns import HERE, Households, Residents, TownChunk
from kangmai.commandline.city.people import numbers, particulars
from kangmai.commandline.city.people.ages import AgeStructure
from kangmai.commandline.city.people.frame import Frame
from kangmai.commandline.city.people.gatherings import make_gatherings
from kangmai.commandline.city.people.health import NONE, draw_conditions, draw_pregnancies
from kangmai.commandline.city.people.naming import ethnic_groups, full_names_of
from kangmai.commandline.city.people.person import in_order, people_of, settle
from kangmai.commandline.city.places import Places, Town
from kangmai.commandline.city.streams import MILLISECONDS_A_DAY, YEAR_DAYS, Stream, day_number

Columns = dict[str, Any]


def make_town(
    *,
    places: Places,
    town: Town,
    structure: AgeStructure,
    first_number: int,
    seed: int,
    on: date,
) -> TownChunk:
    """All columns of a town. `first_number` is the city-wide number of its first person."""
    frame = _frame(places, town, structure, first_number, seed=seed, on=on)
    gatherings, gathering, room = make_gatherings(
        frame.stream, town=town, years=frame.years, village=frame.village, here=frame.here
    )
    residents = Residents(
        **_who(frame),
        **_kin(frame),
        **_whereabouts(frame),
        **_standing(frame),
        **_services(frame),
        gathering=gathering,
        room=room,
    )
    return TownChunk(
        town=town,
        residents=residents,
        households=_households(frame),
        pregnancies=draw_pregnancies(
            frame.stream,
            years=frame.years,
            is_man=frame.person.is_man,
            marital=frame.person.marital,
            here=frame.here,
            mother=frame.person.mother,
            on=frame.today,
        ),
        gatherings=gatherings,
    )


def _frame(
    places: Places,
    town: Town,
    structure: AgeStructure,
    first_number: int,
    *,
    seed: int,
    on: date,
) -> Frame:
    """The town's people in their final order."""
    stream = Stream(seed, places.city.code, town.code)
    person = people_of(stream, town=town, structure=structure, day=day_number(on))
    person, village, rank = in_order(person, *settle(stream, town=town, person=person))
    _, first_of, home_of = np.unique(rank, return_index=True, return_inverse=True)
    return Frame(
        stream=stream,
        seed=seed,
        places=places,
        town=town,
        today=np.datetime64(on, "D"),
        first_number=first_number,
        person=person,
        village=village,
        home_of=home_of,
        first_of=first_of,
        years=(day_number(on) - person.births) / YEAR_DAYS,
        urban=np.array(town.village_urban)[village],
        here=person.state == HERE,
    )


def _who(frame: Frame) -> Columns:
    """Name, sex, birth, documents, phone; where the identity number comes from says who is local."""
    person = frame.person
    ethnic = ethnic_groups(frame)
    identity, region = numbers.identity_numbers(
        frame.stream,
        places=frame.places,
        town=frame.town,
        births=person.births,
        is_man=person.is_man,
        from_elsewhere=particulars.from_elsewhere(frame),
    )
    phone, shared = particulars.phones(frame)
    patients = Stream(frame.seed, frame.town.code, "patients")
    from_ms = int(frame.today.astype(np.int64)) * MILLISECONDS_A_DAY
    local = region // 100 == int(frame.town.county) // 100
    return {
        "number": frame.number,
        "patient_id": patients.uuids(frame.count, from_ms=from_ms, from_ordinal=frame.first_number),
        "state": person.state,
        "ended_on": np.where(frame.here, NONE, person.ended.astype("datetime64[D]")),
        "name": full_names_of(frame, ethnic),
        "sex": np.where(person.is_man, b"1", b"2").astype("S1"),
        "birth_on": person.births.astype("datetime64[D]"),
        "identity_number": np.where(particulars.without_identity_number(frame), b"", identity),
        "phone": phone,
        "phone_is_shared": shared,
        "ethnic": ethnic,
        "residence_type": np.where(local, b"1", b"2").astype("S1"),
    }


def _kin(frame: Frame) -> Columns:
    person = frame.person
    return {
        "household": frame.first_number + frame.home_of,
        "relation": particulars.relations(person),
        "generation": person.depth,
        "mother": person.mother,
        "spouse": person.spouse,
        "guardian": person.guardian,
        "twin": person.twin,
    }


def _whereabouts(frame: Frame) -> Columns:
    came_on, came_from = particulars.moves(frame)
    address = numbers.addresses(
        places=frame.places,
        town=frame.town,
        village=frame.village,
        serial=particulars.household_serials(frame),
        seed=frame.seed,
    )
    return {
        "village": frame.village,
        "place_code": np.array(frame.town.villages, dtype="S12")[frame.village],
        "address": address,
        "came_on": came_on,
        "came_from": came_from,
    }


def _standing(frame: Frame) -> Columns:
    return {
        "marital": particulars.marital_codes(frame),
        "education": particulars.education(frame),
        "occupation": particulars.occupations(frame),
        "payment": particulars.payments(frame),
        "blood_abo": particulars.picked(frame, "blood_group"),
        "blood_rh": particulars.picked(frame, "rh"),
    }


def _services(frame: Frame) -> Columns:
    """Health record, family-doctor team, known conditions and enrolments."""
    known, enrolled = draw_conditions(
        frame.stream,
        years=frame.years,
        is_man=frame.person.is_man,
        ended=np.where(frame.here, frame.today, frame.person.ended.astype("datetime64[D]")),
    )
    record_number, record_on = particulars.records(frame)
    team, signed_on = particulars.teams(frame, known)
    return {
        "record_number": record_number,
        "record_on": record_on,
        "team": team,
        "signed_on": signed_on,
        "known_on": known,
        "enrolled_on": enrolled,
    }


def _households(frame: Frame) -> Households:
    here, homes = frame.here, frame.homes
    deepest = np.zeros(homes, dtype=np.int16)
    np.maximum.at(deepest, frame.home_of[here], frame.person.depth[here])
    return Households(
        number=frame.first_number + np.arange(homes),
        head=frame.person.household[frame.first_of],
        size=np.bincount(frame.home_of[here], minlength=homes).astype(np.int16),
        generations=deepest + np.int16(1),
        village=frame.village[frame.first_of],
    )
