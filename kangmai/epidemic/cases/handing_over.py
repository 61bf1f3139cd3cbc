"""The row of a card for the national network, which types and numbers it there: by file or by hand."""

from collections.abc import Mapping
from datetime import date, datetime

from kangmai.epidemic.cases import models
from kangmai.epidemic.cases.checking import age_of
from kangmai.epidemic.cases.clocks import subject
from kangmai.epidemic.cases.contents import content_of
from kangmai.epidemic.cases.diseases import title
from kangmai.epidemic.cases.types import Content
from kangmai.epidemic.cases.writing import number_of
from kangmai.handover import actions as handover
from kangmai.handover.types import Row, Value
from kangmai.kernel.actor import Actor, Label
from kangmai.kernel.ids import ResidentId
from kangmai.registry import queries as registry
from kangmai.standards.calendars import LEGAL_TIME, legal_day

SYSTEM = "notifiable_disease_network"


def prepare(row: models.Card, *, actor: Actor, at: datetime) -> None:
    """Prepare the row of a card; a correction is the same row with other content."""
    names = registry.names_by_id(ids=[row.organization])
    prepared = row_of(row, content_of(row), names)
    handover.prepare(system=SYSTEM, rows=[prepared], actor=actor, at=at)


def row_of(row: models.Card, content: Content, names: Mapping[int, str]) -> Row:
    """The row of a card; `names` are those of the reporting institutions."""
    return Row(
        subject=subject(row),
        organization=row.organization,
        place_code=row.report_code,
        values=_values(row, content, names),
        resident=ResidentId(row.resident_id) if row.resident_id is not None else None,
        label=Label(row.label),
    )


def withdraw(row: models.Card, *, reason: str, actor: Actor, at: datetime) -> None:
    """The network must not hold this card, or must delete it."""
    handover.withdraw_of(system=SYSTEM, subjects=[subject(row)], reason=reason, actor=actor, at=at)


def _values(row: models.Card, content: Content, names: Mapping[int, str]) -> dict[str, Value]:
    diagnosed = content.diagnosed_at.astimezone(LEGAL_TIME) if content.diagnosed_at else None
    on = content.onset_on or legal_day(row.drafted_at)
    return {
        "number": number_of(row),
        "name": content.name,
        "guardian": content.guardian,
        "document_type": content.document_type,
        "document_number": content.document_number,
        "sex_code": content.sex_code,
        "birth_date": _day(content.birth_date),
        "age_years": age_of(content, on),
        "workplace": " ".join(filter(None, (content.workplace, content.school_class))),
        "phone": content.phone,
        "belongs_to": content.belongs_to,
        "home_code": content.home_code,
        "address": content.address,
        "occupation": content.occupation,
        "case_class": content.case_class,
        "acute_chronic": content.acute_chronic,
        "onset_on": _day(content.onset_on),
        "diagnosed_at": f"{diagnosed:%Y-%m-%d %H:%M}" if diagnosed else None,
        "died_on": _day(content.died_on),
        "disease": row.subtype,
        "disease_name": content.disease_other or title(row.subtype)["zh"],
        "severity": content.sections.get("severity"),
        "contacts_with_symptoms": content.contacts_with_symptoms,
        "organization": names.get(row.organization, ""),
        "doctor": content.doctor,
        "doctor_phone": content.doctor_phone,
        "reported_on": _day(row.reported_on),
        "note": content.note,
    }


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None
