"""The residents of a town, and what is on record about them, into identity and records."""

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np
import orjson

from kangmai.commandline.city import fhir
from kangmai.commandline.city.city import InventedCity
from kangmai.commandline.city.columns import DIED, MOVED_AWAY, History, Residents, TownChunk
from kangmai.identity.actions import ResidentDraft, load_residents
from kangmai.identity.types import Demographics, IdentityDocument
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import OrganizationId
from kangmai.records import actions as records

RESIDENT_CARD = "01"
BATCH = 4000
"""Residents or resources a transaction: bulk writes commit every few seconds."""


def load_town(
    city: InventedCity,
    chunk: TownChunk,
    organizations: Sequence[int],
    *,
    actor: Actor,
    at: datetime,
) -> int:
    """Load the residents of a town; returns how many."""
    drafts = _drafts(city, chunk, organizations)
    for start in range(0, len(drafts), BATCH):
        load_residents(drafts[start : start + BATCH], is_invented=True, actor=actor, at=at)
    return len(drafts)


def _drafts(
    city: InventedCity, chunk: TownChunk, organizations: Sequence[int]
) -> list[ResidentDraft]:
    people = chunk.residents
    ids = fhir.uuid_texts(people.patient_id)
    names, addresses = people.name.to_pylist(), people.address.to_pylist()
    births, ends = people.birth_on.astype(object), people.ended_on.astype(object)
    clinics = city.network.village_clinics[chunk.town.order]
    return [
        ResidentDraft(
            patient_id=ids[row],
            demographics=_demographics(people, row, names[row], addresses[row], births[row]),
            managing_org=organizations[clinics[int(people.village[row])]],
            household_id=int(people.household[row]),
            record_number=people.record_number[row].decode() or None,
            deceased_on=ends[row] if people.state[row] == DIED else None,
            moved_out_on=ends[row] if people.state[row] == MOVED_AWAY else None,
        )
        for row in range(len(people))
    ]


def _demographics(
    people: Residents, row: int, name: str, address: str, birth: date
) -> Demographics:
    number, phone = people.identity_number[row].decode(), people.phone[row].decode()
    return Demographics(
        name=name,
        sex_code=people.sex[row].decode(),
        birth_date=birth,
        place_code=people.place_code[row].decode(),
        documents=(IdentityDocument(RESIDENT_CARD, number),) if number else (),
        phones=(phone,) if phone else (),
        address=address,
        ethnic_code=people.ethnic[row].decode(),
        marital_code=people.marital[row].decode(),
    )


def load_history(
    city: InventedCity,
    chunk: TownChunk,
    history: History,
    organizations: Sequence[int],
    *,
    actor: Actor,
    at: datetime,
) -> int:
    """Load a town's clinical history; returns the number of resources."""
    total = 0
    for bodies, institutions in (
        (fhir.encounters(city, chunk, history), history.encounters.institution),
        (fhir.conditions(city, chunk, history), history.diagnoses.institution),
        (fhir.observations(city, chunk, history), _of_encounters(history)),
        (fhir.immunizations(city, chunk, history), history.vaccinations.institution),
    ):
        authors = [OrganizationId(organizations[int(each)]) for each in institutions]
        for start in range(0, len(bodies), BATCH):
            resources = [orjson.loads(body) for body in bodies[start : start + BATCH]]
            records.load(resources, authors=authors[start : start + BATCH], actor=actor, at=at)
        total += len(bodies)
    return total


def _of_encounters(history: History) -> np.ndarray:
    """The institution of each measurement: that of the encounter it was taken in."""
    return history.encounters.institution[history.measurements.encounter]
