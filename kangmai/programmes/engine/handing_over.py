"""The row of a visit for the system above: the same answers under the names that its template knows."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from kangmai.deadlines.types import Subject
from kangmai.forms.types import Answers, Choice, Value
from kangmai.handover import actions as handover
from kangmai.handover.types import Row
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor
from kangmai.programmes.engine import models
from kangmai.programmes.engine.definition.types import Service

Plain = str | int | float | None


def prepare_handover(
    row: models.Enrolment,
    service: Service,
    visit: models.Visit,
    answers: Answers,
    resident: Resident,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Prepare the row of a visit; a correction is the same row with other content."""
    values = {
        **{name: _value(how, answers) for name, how in service.handover_values.items()},
        **_person(resident),
        "visited_on": visit.visited_on.isoformat(),
        "class": service.handover_classes.get(visit.outcome, visit.outcome) or None,
        "next_visit_on": visit.next_on.isoformat() if visit.next_on else None,
    }
    prepared = Row(
        subject=Subject("visit", str(visit.first_id)),
        resident=resident.id,
        organization=row.organization,
        place_code=row.place_code,
        values=values,
    )
    handover.prepare(system=service.handover_system, rows=[prepared], actor=actor, at=at)


def _person(resident: Resident) -> dict[str, Plain]:
    known = resident.demographics
    number = next((each.number for each in known.documents if each.closed_on is None), None)
    return {
        "name": known.name,
        "sex_code": known.sex_code,
        "birth_date": known.birth_date.isoformat() if known.birth_date else None,
        "document_number": number,
        "record_number": resident.record_number,
    }


def _value(how: Any, answers: Answers) -> Plain:
    """The value of one column.

    Args:
        how: the item it comes from, or `from` that item with `codes`, which translate its answer.
    """
    item, codes = (how, None) if isinstance(how, str) else (how["from"], how.get("codes"))
    if item in answers.rows:
        return "; ".join(map(_line, answers.rows[item])) or None
    value = answers.values.get(item)
    if isinstance(value, tuple):
        return ";".join(_coded(choice, codes) or "" for choice in value) or None
    return _coded(value, codes) if isinstance(value, Choice) else _plain(value)


def _coded(choice: Choice, codes: Mapping[str, str] | None) -> str | None:
    if codes is not None and choice.code:
        return codes.get(choice.code, choice.code)
    return choice.code or choice.text or None


def _line(row: Mapping[str, Value]) -> str:
    return " ".join(str(_plain(value)) for value in row.values())


def _plain(value: Value | None) -> Plain:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, date):
        return value.isoformat()
    return value.text or value.code if isinstance(value, Choice) else float(value)
