"""Correct a card with its history kept, record a death, take a card away with a reason."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.cases import clocks, events, handing_over, models
from kangmai.epidemic.cases.actions.assisting import ask_if_elsewhere
from kangmai.epidemic.cases.actions.diagnosing import fill
from kangmai.epidemic.cases.actions.submitting import place_anew, require_sound
from kangmai.epidemic.cases.contents import changes, content_of
from kangmai.epidemic.cases.errors import DeathImpossible, ReasonMissing
from kangmai.epidemic.cases.reach import REPORT, REVIEW, institutions
from kangmai.epidemic.cases.types import Card, Content, Deed, Removal, State
from kangmai.epidemic.cases.values import card_of
from kangmai.epidemic.cases.writing import done_before, keep_step, locked, save, write_down
from kangmai.kernel.actor import Actor, NotPermitted, is_permitted
from kangmai.standards.calendars import legal_day


def correct(
    *,
    card_id: UUID,
    content: Content,
    note: str,
    confirmed: Collection[str] = (),
    expected_version: int,
    key: str,
    actor: Actor,
    at: datetime,
) -> Card:
    """Correct a submitted card (订正); what it said before stays in its history, sealed.

    What the reporting institution corrects is reviewed again; what the county corrects stands reviewed. Of a
    card that was ended only the county and the city may correct, and it is ended again.

    Raises:
        NotPermitted, CardNotFound, MayNotOpen, CardChanged, NotInThisState, ReasonMissing, CardRefused,
        UnknownDisease, KeyTooLong.
    """
    if not note.strip():
        raise ReasonMissing()
    with transaction.atomic():
        if earlier := done_before(key, Deed.CORRECTED, actor):
            return card_of(earlier, is_masked=False)
        row = locked(card_id, expected_version=expected_version, deed=Deed.CORRECTED, actor=actor)
        is_reviewer = require_either(row, actor)
        require_sound(row, content, confirmed, at)
        before = content_of(row)
        found = changes(before, content)
        if not found:
            return card_of(row, is_masked=False)
        _correct(row, before, content, is_reviewer, actor, at)
        keep_step(row, Deed.CORRECTED, note=note, changes=found, key=key, actor=actor, at=at)
        write_down(row, events.CORRECTED, reason=note, actor=actor, at=at)
        ask_if_elsewhere(row, actor=actor, at=at)
        return card_of(row, is_masked=False)


def record_death(
    *,
    card_id: UUID,
    died_on: date,
    note: str = "",
    expected_version: int,
    key: str,
    actor: Actor,
    at: datetime,
) -> Card:
    """Record that the patient died of the disease.

    Raises:
        NotPermitted, CardNotFound, MayNotOpen, CardChanged, NotInThisState, DeathImpossible, KeyTooLong.
    """
    with transaction.atomic():
        if earlier := done_before(key, Deed.DIED, actor):
            return card_of(earlier, is_masked=False)
        row = locked(card_id, expected_version=expected_version, deed=Deed.DIED, actor=actor)
        require_either(row, actor)
        if died_on > legal_day(at) or (row.onset_on and died_on < row.onset_on):
            raise DeathImpossible(died_on=died_on, onset_on=row.onset_on or "—")
        found = {"died_on": (row.died_on, died_on)}
        row.died_on = died_on
        save(row, at=at)
        handing_over.prepare(row, actor=actor, at=at)
        keep_step(row, Deed.DIED, note=note, changes=found, key=key, actor=actor, at=at)
        write_down(row, events.DIED, actor=actor, at=at)
        return card_of(row, is_masked=False)


def remove(
    *,
    card_id: UUID,
    reason: Removal,
    note: str,
    expected_version: int,
    key: str,
    actor: Actor,
    at: datetime,
) -> Card:
    """Take a card away; it stays readable, counts nowhere, and the network is told to delete it.

    The reporting institution may until the county has reviewed it; after that the county.

    Raises:
        NotPermitted, CardNotFound, MayNotOpen, CardChanged, NotInThisState, ReasonMissing, KeyTooLong.
    """
    if not note.strip():
        raise ReasonMissing()
    with transaction.atomic():
        if earlier := done_before(key, Deed.REMOVED, actor):
            return card_of(earlier, is_masked=False)
        row = locked(card_id, expected_version=expected_version, deed=Deed.REMOVED, actor=actor)
        is_reviewer = require_either(row, actor)
        if not is_reviewer and row.state in (State.COUNTY_REVIEWED, State.FINAL_REVIEWED):
            raise NotPermitted(permission=REVIEW)
        row.state, row.reason = State.REMOVED.value, reason.value
        row.assistance.filter(decided_at=None).update(
            state="refused", decided_at=at, decided_by=actor.account, note=reason.value
        )
        save(row, at=at)
        clocks.cancel_all(row, reason=reason.value, at=at)
        handing_over.withdraw(row, reason=reason.value, actor=actor, at=at)
        keep_step(row, Deed.REMOVED, note=note, key=key, actor=actor, at=at)
        write_down(row, events.REMOVED, reason=reason.value, actor=actor, at=at)
        return card_of(row, is_masked=False)


def require_either(row: models.Card, actor: Actor) -> bool:
    """Let pass the reporting institution and the county; whether it is the county. Raises NotPermitted."""
    if any(is_permitted(actor, REVIEW, code) for code in (row.report_code, row.managing_code)):
        return True
    if row.organization in institutions(actor, REPORT):
        return False
    raise NotPermitted(permission=REPORT)


def _correct(
    row: models.Card,
    before: Content,
    content: Content,
    is_reviewer: bool,
    actor: Actor,
    at: datetime,
) -> None:
    if row.state == State.FINAL_REVIEWED and not is_reviewer:
        raise NotPermitted(permission=REVIEW)
    fill(row, content, at)
    place_anew(row, content, before.workplace)
    _set_state(row, is_reviewer)
    clocks.correct_legal(row, before=before.diagnosed_at, actor=actor, at=at)
    save(row, at=at)
    handing_over.prepare(row, actor=actor, at=at)
    if row.state == State.SUBMITTED:
        clocks.start_review(row, actor=actor, at=at)


def _set_state(row: models.Card, is_reviewer: bool) -> None:
    """Reviewed again by who did not make the correction; ended again in any case."""
    if row.state == State.FINAL_REVIEWED:
        row.state, row.final_reviewed_at, row.final_reviewed_on = (
            State.COUNTY_REVIEWED.value,
            None,
            None,
        )
    elif not is_reviewer:
        row.state, row.county_reviewed_at = State.SUBMITTED.value, None
