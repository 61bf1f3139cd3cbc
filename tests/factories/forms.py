"""A resident with hypertension, the doctors around, and a follow-up that is sound."""

import datetime
from typing import Any

import orjson

from kangmai.forms import queries
from kangmai.forms.types import Form, Subject
from kangmai.identity import actions as identity
from kangmai.identity.types import Demographics, Resident
from kangmai.kernel.actor import Actor, operator
from kangmai.kernel.ids import OrganizationId
from kangmai.records import actions as records
from kangmai.records.types import Operation, Source, Verb
from tests.factories.actors import actor

TODAY = datetime.date(2026, 5, 2)
AT = datetime.datetime(2026, 5, 2, 2, tzinfo=datetime.UTC)
HERE, NEIGHBOUR = "441202001002", "441203001001"
CLINIC, COLLEAGUES, HOSPITAL = 7, 8, 71
MAN = Subject(datetime.date(1956, 3, 1), "1")

FOLLOW_UP = {
    "visited_on": "2026-05-02",
    "method": "1",
    "systolic": "132",
    "diastolic": "84",
    "height": "168",
    "weight_now": "70.5",
    "symptoms": ("1",),
    "adherence": "1",
    "adverse_reaction": "1",
    "doctor": "梁医生",
}


def follow_up(id: str = "hypertension_followup") -> Form:
    """The form in force today."""
    return queries.form(id, on=TODAY)


def resident(**more: Any) -> Resident:
    """A man of seventy who lives here and is managed by the clinic."""
    known = {
        "name": "陈伯",
        "sex_code": "1",
        "birth_date": datetime.date(1956, 3, 1),
        "place_code": HERE,
    }
    return identity.register_resident(
        Demographics(**(known | more)),
        managing_org=OrganizationId(CLINIC),
        actor=operator("test"),
        at=AT,
    )


def doctor(**more: Any) -> Actor:
    """A doctor of the clinic."""
    return actor(places=[HERE], organizations=[CLINIC], **more)


def neighbour() -> Actor:
    """A doctor of the next county."""
    return actor(places=[NEIGHBOUR], organizations=[9])


def quantity(value: float, unit: str = "mm[Hg]") -> dict[str, Any]:
    """A Quantity in UCUM."""
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


def loinc(code: str) -> dict[str, Any]:
    """A LOINC concept."""
    return {"coding": [{"system": "http://loinc.org", "code": code}]}


def pressure(systolic: float, diastolic: float) -> dict[str, Any]:
    """The content of a blood pressure."""
    return {
        "code": loinc("85354-9"),
        "component": [
            {"code": loinc("8480-6"), "valueQuantity": quantity(systolic)},
            {"code": loinc("8462-4"), "valueQuantity": quantity(diastolic)},
        ],
    }


def measure(
    patient_id: str, content: dict[str, Any], *, on: str, organization: int = HOSPITAL, **more: Any
) -> str:
    """An institution writes an Observation; returns its reference."""
    resource = {
        "resourceType": "Observation",
        "status": "final",
        "subject": {"reference": f"Patient/{patient_id}"},
        "effectiveDateTime": on,
        **content,
        **more,
    }
    (outcome,) = records.transact(
        [Operation(Verb.CREATE, "Observation", raw=orjson.dumps(resource))],
        source=Source(name="test", organization=OrganizationId(organization)),
        actor=operator("test"),
        at=AT,
    )
    return f"Observation/{outcome.id}"
