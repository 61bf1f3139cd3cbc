"""The steps that every action on cards shares: find and lock, repeat nothing, write the history, audit, announce."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from kangmai.epidemic.cases import models
from kangmai.epidemic.cases.contents import hashes_of, seal_changes
from kangmai.epidemic.cases.diseases import disease
from kangmai.epidemic.cases.errors import CardChanged, CardNotFound, MayNotOpen, NotInThisState
from kangmai.epidemic.cases.reach import inside, may_open
from kangmai.epidemic.cases.transitions import may_follow
from kangmai.epidemic.cases.types import Deed, State
from kangmai.kernel import audit, feed
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.errors import Incorrect
from kangmai.standards.calendars import legal_day

MOST_KEY = 64


class KeyTooLong(Incorrect):
    """The key of the form is longer than {most} characters."""

    zh = "表单标识超过 {most} 个字符。"


def locked(card_id: UUID, *, expected_version: int, deed: Deed, actor: Actor) -> models.Card:
    """One card, locked until the transaction ends, in a state in which the deed is possible.

    Raises:
        CardNotFound, MayNotOpen, CardChanged, NotInThisState.
    """
    seen = inside(actor).filter(pk=card_id).values_list("pk", flat=True).first()
    row = models.Card.objects.select_for_update().filter(pk=seen).first() if seen else None
    if row is None:
        raise CardNotFound()
    if not may_open(row, actor):
        raise MayNotOpen()
    if row.version != expected_version:
        raise CardChanged(current=row.version, expected=expected_version)
    if not may_follow(State(row.state), deed):
        raise NotInThisState(state=row.state)
    return row


def done_before(key: str, deed: Deed, actor: Actor) -> models.Card | None:
    """The card on which this deed was done under this key already.

    Raises:
        KeyTooLong
    """
    if len(key) > MOST_KEY:
        raise KeyTooLong(most=MOST_KEY)
    if not key:
        return None
    steps = models.Step.objects.filter(account=actor.account, key=key, deed=deed.value)
    step = steps.select_related("card").first()
    return step.card if step else None


def lock_person(row: models.Card) -> None:
    """Let one at a time report the same person: until the transaction ends."""
    _, names = hashes_of(row)
    known = [each.hex() for each in names] or [str(row.resident_id or "")]
    with connection.cursor() as cursor:
        for each in sorted(filter(None, known)):
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                [f"case:{row.disease}:{each}"],
            )


def save(row: models.Card, *, at: datetime) -> None:
    """Write a card that was there, as its next version."""
    row.version, row.updated_at = row.version + 1, at
    row.save()


def keep_step(
    row: models.Card,
    deed: Deed,
    *,
    note: str = "",
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    key: str = "",
    organization: int | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Write a line into a card's history; what a correction changed is sealed."""
    step = models.Step(
        card=row, at=at, account=actor.account, deed=deed.value, note=note.strip()[:300]
    )
    step.organization = organization if organization is not None else own_organization(actor)
    step.key = key
    if changes:
        step.before_key, step.before = seal_changes(row.id, changes)
    step.save()


def own_organization(actor: Actor) -> int | None:
    """The institution for which the actor works."""
    return next((grant.organization for grant in actor.grants if grant.organization), None)


def write_down(
    row: models.Card, kind: str, *, reason: str = "", actor: Actor, at: datetime
) -> None:
    """Audit a deed and announce it; codes and days only."""
    with unit_of_work() as database:
        audit.record(
            database,
            actor=actor,
            at=at,
            action=kind,
            object_type="CaseCard",
            object_id=str(row.id),
            subjects=[row.patient_rid] if row.patient_rid else [],
            reason=reason[:300],
            details={"state": row.state, "version": row.version},
        )
        feed.announce(database, kind=kind, key=str(row.id), data=told(row), at=at)


def told(row: models.Card) -> dict[str, Any]:
    """What the outbox says of a card."""
    day = legal_day(row.diagnosed_at or row.drafted_at)
    return {
        "disease": row.disease,
        "subtype": row.subtype,
        "class": row.case_class,
        "home": row.home_code,
        "reported_from": row.report_code,
        "org": row.organization,
        "label": row.label,
        "onset": row.onset_on.isoformat() if row.onset_on else None,
        "single": disease(row.subtype, on=day).is_single_case_alert,
    }


def number_of(row: models.Card) -> str:
    """What people call a card: county of the report, year, serial number."""
    return f"{row.report_code[:6]}{row.drafted_at.year}{row.serial:06d}"
