"""Submit a card: checked whole, handed to the ledger for the national network, and to the county for review."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.cases import checking, clocks, events, handing_over, models
from kangmai.epidemic.cases.actions.assisting import ask_if_elsewhere
from kangmai.epidemic.cases.actions.diagnosing import fill, require_own
from kangmai.epidemic.cases.contents import content_of
from kangmai.epidemic.cases.errors import CardRefused
from kangmai.epidemic.cases.types import (
    Card,
    Content,
    Deed,
    Fault,
    FaultKind,
    PlaceState,
    State,
)
from kangmai.epidemic.cases.values import card_of
from kangmai.epidemic.cases.writing import done_before, keep_step, locked, save, write_down
from kangmai.kernel.actor import Actor
from kangmai.messages import actions as messages
from kangmai.standards.calendars import legal_day


def submit(
    *,
    card_id: UUID,
    content: Content,
    confirmed: Collection[str] = (),
    expected_version: int,
    key: str,
    actor: Actor,
    at: datetime,
) -> Card:
    """Submit a diagnosed card, or one that the county returned.

    Args:
        confirmed: fields whose unusual content was looked at twice.

    Raises:
        NotPermitted, CardNotFound, MayNotOpen, CardChanged, NotInThisState, UnknownDisease, KeyTooLong
        CardRefused: fields are missing, wrong, or unusual and not confirmed.
    """
    with transaction.atomic():
        if earlier := done_before(key, Deed.SUBMITTED, actor):
            return card_of(earlier, is_masked=False)
        row = locked(card_id, expected_version=expected_version, deed=Deed.SUBMITTED, actor=actor)
        require_own(row, actor)
        require_sound(row, content, confirmed, at)
        before = row.diagnosed_at
        place_anew(row, content, content_of(row).workplace)
        fill(row, content, at)
        clocks.correct_legal(row, before=before, actor=actor, at=at)
        _submit(row, at)
        save(row, at=at)
        follow(row, key, actor=actor, at=at)
        return card_of(row, is_masked=False)


def require_sound(
    row: models.Card, content: Content, confirmed: Collection[str], at: datetime
) -> None:
    """Let pass a card without faults, but for unusual content that was confirmed. Raises CardRefused."""
    found = left(row, content, confirmed, at)
    if found:
        raise CardRefused(faults=found)


def left(
    row: models.Card, content: Content, confirmed: Collection[str], at: datetime
) -> tuple[Fault, ...]:
    """The faults of a card that stand in the way."""
    has_laboratory = row.evidence.exclude(resource_type="Condition").exists()
    setting = checking.Setting(row.report_code, at, has_laboratory)
    return tuple(
        each
        for each in checking.faults(content, setting)
        if each.kind is FaultKind.REFUSED or each.field not in confirmed
    )


def place_anew(row: models.Card, content: Content, before: str) -> None:
    """A school or workplace that was written anew waits to be matched."""
    if not content.workplace:
        row.place_id, row.place_state = None, PlaceState.NONE.value
    elif content.workplace != before or not row.place_state:
        row.place_id, row.place_state = None, PlaceState.WAITING.value


def follow(row: models.Card, key: str, *, actor: Actor, at: datetime) -> None:
    """What every submission brings with it."""
    handing_over.prepare(row, actor=actor, at=at)
    clocks.start_review(row, actor=actor, at=at)
    keep_step(row, Deed.SUBMITTED, key=key, actor=actor, at=at)
    write_down(row, events.SUBMITTED, actor=actor, at=at)
    ask_if_elsewhere(row, actor=actor, at=at)
    messages.settle([(clocks.KIND, str(row.id))], actor=actor, at=at)


def _submit(row: models.Card, at: datetime) -> None:
    row.state, row.reason = State.SUBMITTED.value, ""
    if row.submitted_at is None:
        row.submitted_at, row.reported_on = at, legal_day(at)
