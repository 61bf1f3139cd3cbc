"""Load finished cards in bulk, for an installation that begins with a history: one COPY a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from kangmai.epidemic.cases import events
from kangmai.epidemic.cases.contents import document_hash, name_hash, seal_details
from kangmai.epidemic.cases.diseases import disease, top
from kangmai.epidemic.cases.types import Content, State
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day

LOAD = "cases.load"
COLUMNS = (
    "id", "state", "disease", "subtype", "label", "resident_id", "document_hash", "name_hash", "details", "details_key",
    "sex_code", "birth_date", "age_years", "occupation", "belongs_to", "home_code", "report_code",
    "managing_code", "organization", "account", "case_class", "acute_chronic", "severity",
    "contacts_with_symptoms", "origin", "onset_on", "diagnosed_at", "diagnosed_on", "died_on", "place_id",
    "place_state", "drafted_at", "submitted_at", "reported_on", "county_reviewed_at", "final_reviewed_at",
    "final_reviewed_on", "clock", "reason", "version", "updated_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDraft:
    """A finished card to load. Reviewed where the times are given."""

    content: Content
    organization: int
    report_code: str
    submitted_at: datetime
    resident_id: int | None = None
    county_reviewed_at: datetime | None = None
    final_reviewed_at: datetime | None = None
    place_id: int | None = None


def load_cards(drafts: Sequence[CardDraft], *, actor: Actor, at: datetime) -> tuple[UUID, ...]:
    """Write finished cards as they stand, without clocks, handover and events; returns their ids in order.

    Raises:
        NotPermitted, UnknownDisease.
    """
    require(actor, LOAD)
    ids = tuple(uuid7() for _ in drafts)
    with transaction.atomic():
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for id, each in zip(ids, drafts, strict=True):
                copy.write_row(_row(id, each, at))
        with unit_of_work() as database:
            audit.record(
                database,
                actor=actor,
                at=at,
                action=events.LOADED,
                object_type="CaseCard",
                object_id="",
                details={"count": len(ids)},
            )
    return ids


_COPY = f"COPY cases_card ({', '.join(COLUMNS)}) FROM STDIN"


def _row(id: UUID, each: CardDraft, at: datetime) -> tuple[object, ...]:
    said = each.content
    assert said.diagnosed_at is not None
    on = legal_day(said.diagnosed_at)
    known = disease(said.disease, on=on)
    key, details = seal_details(id, said)
    final = each.final_reviewed_at
    return (
        id, _state(each), top(known.code), known.code, int(known.label), each.resident_id,
        document_hash(said), name_hash(said),
        details, key, said.sex_code, said.birth_date, said.age_years, said.occupation, said.belongs_to,
        said.home_code, each.report_code, each.report_code[:6], each.organization, 0, said.case_class,
        said.acute_chronic, said.sections.get("severity", ""), said.contacts_with_symptoms, said.origin,
        said.onset_on, said.diagnosed_at, on, said.died_on, each.place_id,
        "confirmed" if each.place_id else "", said.diagnosed_at, each.submitted_at, legal_day(each.submitted_at),
        each.county_reviewed_at, final, legal_day(final) if final else None, "", "", 1, at,
    )  # fmt: skip


def _state(each: CardDraft) -> str:
    if each.final_reviewed_at:
        return State.FINAL_REVIEWED.value
    return (State.COUNTY_REVIEWED if each.county_reviewed_at else State.SUBMITTED).value
