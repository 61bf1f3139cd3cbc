"""Invented residents and the Patients that hospitals send of them, for tests of the resident index."""

import datetime
from collections.abc import Iterable
from typing import Any

import orjson

from kangmai.identity import actions
from kangmai.identity.fhir import DIVISION_EXTENSION, document_system
from kangmai.identity.types import Demographics, IdentityDocument, Resident
from kangmai.kernel.actor import Actor, operator
from kangmai.records import actions as records
from kangmai.records.types import Operation, Source, Verb
from kangmai.standards.identity_numbers import make_identity_number

AT = datetime.datetime(2026, 3, 1, 2, tzinfo=datetime.UTC)
OPERATOR = operator("test")
HOSPITAL = 71
HERE, NEIGHBOUR = "441202001002", "441203101"
GENDERS = {"1": "male", "2": "female", "0": "unknown"}


def number(born: datetime.date, sequence: int) -> str:
    """An identity number with its check character; odd sequences are men's."""
    return make_identity_number(region="441202", birth_on=born, sequence=sequence)


def card(value: str, kind: str = "01") -> tuple[IdentityDocument, ...]:
    """One document."""
    return (IdentityDocument(kind, value),)


LI_BORN = datetime.date(1986, 4, 12)
LI = Demographics(
    name="李思远",
    sex_code="1",
    birth_date=LI_BORN,
    place_code=HERE,
    documents=card(number(LI_BORN, 31)),
    phones=("13512345678",),
    address="人民路12号3房",
    mother="陈桂兰",
)


def register(known: Demographics, *, by: Actor = OPERATOR, **more: Any) -> Resident:
    """A resident managed by institution 7."""
    return actions.register_resident(known, managing_org=7, actor=by, at=AT, **more)


def patient_saying(known: Demographics, **more: Any) -> dict[str, Any]:
    """The Patient by which a hospital says what it knows of a person."""
    patient: dict[str, Any] = {
        "resourceType": "Patient",
        "name": [{"text": known.name}],
        "gender": GENDERS[known.sex_code],
        "identifier": [
            {"system": document_system(each.kind_code), "value": each.number}
            for each in known.documents
        ],
        "telecom": [{"system": "phone", "value": each} for each in known.phones],
        "address": [_address(known)],
        "contact": [
            {
                "relationship": [
                    {
                        "coding": [
                            {
                                "system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode",
                                "code": "MTH",
                            }
                        ]
                    }
                ],
                "name": {"text": known.mother},
            }
        ],
    }
    if known.birth_date:
        patient["birthDate"] = known.birth_date.isoformat()
    if not known.mother:
        del patient["contact"]
    return {key: value for key, value in (patient | more).items() if value}


def _address(known: Demographics) -> dict[str, Any]:
    address: dict[str, Any] = {"text": known.address or "—"}
    if known.place_code:
        address["extension"] = [{"url": DIVISION_EXTENSION, "valueCode": known.place_code}]
    return address


def send(*patients: dict[str, Any], organization: int = HOSPITAL) -> list[str]:
    """A hospital sends Patients; returns their FHIR ids."""
    operations = [Operation(Verb.CREATE, "Patient", raw=orjson.dumps(each)) for each in patients]
    source = Source(f"hospital-{organization}", organization)
    return [each.id for each in records.transact(operations, source=source, actor=OPERATOR, at=AT)]


def links() -> dict[str, tuple[str, int | None, str]]:
    """FHIR id → state, resident and reason."""
    from kangmai.identity.models import Link

    rows: Iterable[tuple] = Link.objects.values_list("patient_id", "state", "resident_id", "reason")
    return {id: (state, resident, reason) for id, state, resident, reason in rows}
