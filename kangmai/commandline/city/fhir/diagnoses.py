"""Diagnoses as Conditions and doses as Immunizations, one line of JSON each."""

from datetime import date
from typing import Any

import numpy as np
import orjson

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.city import InventedCity
from kangmai.commandline.city.columns import History, TownChunk
from kangmai.commandline.city.fhir.pieces import (
    codeable,
    days,
    given,
    json,
    organizations_of,
    practitioners_of,
    status,
    texts,
    times,
    uuid_texts,
)
from kangmai.commandline.city.history.doses import vaccine_codes
from kangmai.commandline.city.history.record import diagnosis_codes

VACCINE_SYSTEM = "urn:kangmai:code-set:vaccine"


_ACTIVE = status("condition-clinical", "active")


_RESOLVED = status("condition-clinical", "resolved")


_CONFIRMED = status("condition-ver-status", "confirmed")


_PROBLEM = status("condition-category", "problem-list-item")


_DIAGNOSIS = status("condition-category", "encounter-diagnosis")


def conditions(city: InventedCity, chunk: TownChunk, history: History) -> list[bytes]:
    """A Condition for each diagnosis: chronic ones as problems, others as diagnoses of their visit."""
    table = history.diagnoses
    people = np.array(uuid_texts(chunk.residents.patient_id), dtype=object)
    visits = [
        f',"encounter":{{"reference":"Encounter/{each}"}}'
        for each in uuid_texts(history.encounters.id)
    ]
    visits.append("")  # where a diagnosis without encounter, -1, leads
    codes = [codeable(each["icd10"], each["zh"]) for each in diagnosis_codes()]
    rows = zip(
        uuid_texts(table.id),
        people[table.resident],
        table.encounter.tolist(),
        table.code.tolist(),
        days(table.onset_on),
        days(table.abated_on),
        times(table.recorded_at),
        table.is_chronic.tolist(),
        strict=True,
    )
    return [
        (
            f'{{"resourceType":"Condition","id":"{id_}",'
            f'"clinicalStatus":{_RESOLVED if abated else _ACTIVE},"verificationStatus":{_CONFIRMED},'
            f'"category":[{_PROBLEM if chronic else _DIAGNOSIS}],"code":{codes[code]},'
            f'"subject":{{"reference":"Patient/{who}"}}'
            f"{visits[visit]}"
            f',"onsetDateTime":"{onset}"{given("abatementDateTime", abated)}'
            f',"recordedDate":"{recorded}"}}'
        ).encode()
        for id_, who, visit, code, onset, abated, recorded, chronic in rows
    ]


def diagnosis(
    id: str, patient: str, icd10: str, zh: str, *, onset: date, at: int
) -> dict[str, Any]:
    """One acute diagnosis as a Condition; `at` is when it was made, in UTC seconds since 1970."""
    return {
        "resourceType": "Condition",
        "id": id,
        "clinicalStatus": orjson.loads(_ACTIVE),
        "verificationStatus": orjson.loads(_CONFIRMED),
        "category": [orjson.loads(_DIAGNOSIS)],
        "code": orjson.loads(codeable(icd10, zh)),
        "subject": {"reference": f"Patient/{patient}"},
        "onsetDateTime": onset.isoformat(),
        "recordedDate": times(np.array([at]))[0],
    }


def immunizations(city: InventedCity, chunk: TownChunk, history: History) -> list[bytes]:
    """An Immunization for each dose."""
    table = history.vaccinations
    people = np.array(uuid_texts(chunk.residents.patient_id), dtype=object)
    names = read("vaccinations")["names"]
    vaccines = [_vaccine(code, names[code]["zh"]) for code in vaccine_codes()]
    organizations, staff = organizations_of(city), practitioners_of(city)
    rows = zip(
        uuid_texts(table.id),
        people[table.resident],
        table.vaccine.tolist(),
        table.dose.tolist(),
        times(table.given_at),
        table.institution.tolist(),
        table.staff.tolist(),
        texts(table.batch),
        strict=True,
    )
    return [
        (
            f'{{"resourceType":"Immunization","id":"{id_}","status":"completed",'
            f'"vaccineCode":{vaccines[vaccine]},"patient":{{"reference":"Patient/{who}"}},'
            f'"occurrenceDateTime":"{at}","primarySource":true'
            f"{given('lotNumber', batch)}"
            f',"performer":[{{"actor":{staff[doctor]}}},{{"actor":{organizations[place]}}}],'
            f'"protocolApplied":[{{"doseNumberPositiveInt":{dose}}}]}}'
        ).encode()
        for id_, who, vaccine, dose, at, place, doctor, batch in rows
    ]


def _vaccine(code: str, display: str) -> str:
    return json(
        {"coding": [{"system": VACCINE_SYSTEM, "code": code, "display": display}], "text": display}
    )
