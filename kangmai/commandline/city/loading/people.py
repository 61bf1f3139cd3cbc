"""Some residents of a town, and what is on record about them, into identity and records."""

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np
import orjson

from kangmai.commandline.city import fhir
from kangmai.commandline.city.columns import (
    DIED,
    MOVED_AWAY,
    History,
    Residents,
    TownChunk,
)
from kangmai.commandline.city.loading.work import Work
from kangmai.identity.actions import LoadedResident, ResidentDraft, load_residents
from kangmai.identity.types import Demographics, IdentityDocument
from kangmai.kernel.ids import OrganizationId, ResourceRowId
from kangmai.records import actions as records

RESIDENT_CARD = "01"


def load_people(work: Work, chunk: TownChunk, *, at: datetime) -> list[LoadedResident]:
    """Load residents under the ids that their numbers stand for; returns them in the order of the chunk."""
    return load_residents(_drafts(work, chunk), is_invented=True, actor=work.actor, at=at)


def _drafts(work: Work, chunk: TownChunk) -> list[ResidentDraft]:
    people = chunk.residents
    ids = fhir.uuid_texts(people.patient_id)
    names, addresses = people.name.to_pylist(), people.address.to_pylist()
    births, ends = people.birth_on.astype(object), people.ended_on.astype(object)
    clinics = work.city.network.village_clinics[chunk.town.order]
    return [
        ResidentDraft(
            id=work.first_id + int(people.number[row]) - 1,
            patient_id=ids[row],
            demographics=_demographics(people, row, names[row], addresses[row], births[row]),
            managing_org=work.organizations[clinics[int(people.village[row])]],
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
    work: Work,
    chunk: TownChunk,
    history: History,
    loaded: Sequence[LoadedResident],
    *,
    at: datetime,
) -> None:
    """Load what is on record about residents that were just loaded."""
    tables = (
        (fhir.encounters(work.city, chunk, history), history.encounters),
        (fhir.conditions(work.city, chunk, history), history.diagnoses),
        (fhir.observations(work.city, chunk, history), history.measurements),
        (fhir.immunizations(work.city, chunk, history), history.vaccinations),
    )
    patients = np.array([each.patient_rid for each in loaded], dtype=np.int64)
    authors = np.array(work.organizations, dtype=np.int64)
    records.load(
        [orjson.loads(line) for lines, _ in tables for line in lines],
        authors=[
            OrganizationId(each)
            for _, table in tables
            for each in authors[table.institution].tolist()
        ],
        subjects=[
            ResourceRowId(each) for _, table in tables for each in patients[table.resident].tolist()
        ],
        actor=work.actor,
        at=at,
    )
