"""The county reviews or returns a card; the city ends it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.cases import clocks, events, models
from kangmai.epidemic.cases.errors import NotYetFinal, ReasonMissing
from kangmai.epidemic.cases.reach import FINAL, REVIEW
from kangmai.epidemic.cases.types import Card, CaseClass, Deed, State
from kangmai.epidemic.cases.values import card_of
from kangmai.epidemic.cases.writing import done_before, keep_step, locked, save, write_down
from kangmai.kernel.actor import Actor, require
from kangmai.messages import actions as messages
from kangmai.messages.types import Draft, to_account
from kangmai.standards.calendars import legal_day


def review(
    *, card_id: UUID, note: str = "", expected_version: int, key: str, actor: Actor, at: datetime
) -> Card:
    """Confirm as the county of the report that a card is sound.

    Raises:
        NotPermitted, CardNotFound, MayNotOpen, CardChanged, NotInThisState, KeyTooLong.
    """
    with transaction.atomic():
        if earlier := done_before(key, Deed.REVIEWED, actor):
            return card_of(earlier, is_masked=False)
        row = locked(card_id, expected_version=expected_version, deed=Deed.REVIEWED, actor=actor)
        require(actor, REVIEW, row.report_code)
        row.state, row.reason = State.COUNTY_REVIEWED.value, ""
        row.county_reviewed_at = at
        return _decided(row, Deed.REVIEWED, events.REVIEWED, note, key, actor, at)


def return_card(
    *, card_id: UUID, note: str, expected_version: int, key: str, actor: Actor, at: datetime
) -> Card:
    """Send a card back to who reported it, with what to mend; it counts meanwhile.

    Raises:
        NotPermitted, CardNotFound, MayNotOpen, CardChanged, NotInThisState, ReasonMissing, KeyTooLong.
    """
    if not note.strip():
        raise ReasonMissing()
    with transaction.atomic():
        if earlier := done_before(key, Deed.RETURNED, actor):
            return card_of(earlier, is_masked=False)
        row = locked(card_id, expected_version=expected_version, deed=Deed.RETURNED, actor=actor)
        require(actor, REVIEW, row.report_code)
        row.state = State.RETURNED.value
        found = _decided(row, Deed.RETURNED, events.RETURNED, note, key, actor, at)
        _tell(row, actor, at)
        return found


def final_review(
    *, card_id: UUID, note: str = "", expected_version: int, key: str, actor: Actor, at: datetime
) -> Card:
    """End a card as the city: its class is final.

    Raises:
        NotPermitted, CardNotFound, MayNotOpen, CardChanged, NotInThisState, KeyTooLong
        NotYetFinal: it is still a suspected case.
    """
    with transaction.atomic():
        if earlier := done_before(key, Deed.FINAL_REVIEWED, actor):
            return card_of(earlier, is_masked=False)
        row = locked(
            card_id, expected_version=expected_version, deed=Deed.FINAL_REVIEWED, actor=actor
        )
        require(actor, FINAL, f"{row.report_code[:4]}00")
        if row.case_class == CaseClass.SUSPECTED.value:
            raise NotYetFinal()
        row.state = State.FINAL_REVIEWED.value
        row.final_reviewed_at, row.final_reviewed_on = at, legal_day(at)
        return _decided(row, Deed.FINAL_REVIEWED, events.FINAL_REVIEWED, note, key, actor, at)


def _decided(
    row: models.Card, deed: Deed, event: str, note: str, key: str, actor: Actor, at: datetime
) -> Card:
    save(row, at=at)
    clocks.meet_review(row, actor=actor, at=at)
    keep_step(row, deed, note=note, key=key, actor=actor, at=at)
    write_down(row, event, reason=note, actor=actor, at=at)
    return card_of(row, is_masked=False)


def _tell(row: models.Card, actor: Actor, at: datetime) -> None:
    """Let the doctor know whose card came back."""
    if not row.account:
        return
    draft = Draft(
        template="case_returned",
        to=to_account(row.account),
        parameters={"serial": row.serial},
        link=f"/cases/{row.id}/",
        subject=(clocks.KIND, str(row.id)),
        key=f"returned:{row.id}:{row.version}",
    )
    messages.notify([draft], actor=actor, at=at)
