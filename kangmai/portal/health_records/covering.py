"""What stands on the cover of a health record."""

import datetime
from dataclasses import dataclass
from uuid import UUID

from kangmai.forms import queries as forms
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.portal.contracts import panel as doctor
from kangmai.portal.health_records import wording
from kangmai.portal.programmes import reach
from kangmai.portal.shell import area, words
from kangmai.programmes.engine import queries as programmes
from kangmai.programmes.health_records.types import Use
from kangmai.standards.divisions import Level, find_division

TOWN_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Cover:
    """The cover in words."""

    number: str
    resident_name: str
    address: str
    phone: str
    town: str
    village: str
    index_number: str
    institution: str
    writer: str
    doctor: str
    opened_on: str
    updated_on: str


def cover(resident: Resident, writings: list[Use], *, actor: Actor, at: datetime.datetime) -> Cover:
    """The cover of a resident's record; `writings` are the uses that wrote basic information, latest first."""
    known = resident.demographics
    first = writings[-1] if writings else None
    opened_by = (first.organization if first else None) or resident.managing_org
    names = reach.institution_names({opened_by or 0})
    here = find_division(known.place_code)
    charge = doctor.context(resident, actor=actor, at=at)["doctor"]
    return Cover(
        number=wording.spaced(resident.record_number) if resident.record_number else "",
        resident_name=known.name,
        address=known.address or area.path(known.place_code),
        phone=words.masked(next(iter(known.phones), ""), head=3, tail=4),
        town=area.name_of(known.place_code[:TOWN_DIGITS]),
        village=area.name(here) if here and here.level is Level.VILLAGE else "",
        index_number=resident.index_number,
        institution=names.get(opened_by or 0, ""),
        writer=_writer(first.visit, actor, at) if first and first.visit else "",
        doctor=charge["team"] if isinstance(charge, dict) else "",
        opened_on=words.day(first.on) if first else "",
        updated_on=words.day(writings[0].on) if len(writings) > 1 else "",
    )


def _writer(visit_id: UUID, actor: Actor, at: datetime.datetime) -> str:
    """Who signed the first basic information; nothing of visits taken over without answers."""
    visit = programmes.get_visit(visit_id, actor=actor, at=at)
    if not visit.response_id or not is_permitted(actor, "records.read"):
        return ""
    return forms.get_answers(visit.response_id, actor=actor, at=at).answers.text("doctor") or ""
