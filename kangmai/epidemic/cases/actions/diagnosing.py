"""A doctor decides: diagnoses, with or without a draft, or says that a draft is no case."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.cases import clocks, events, models
from kangmai.epidemic.cases.contents import put
from kangmai.epidemic.cases.diseases import disease, top
from kangmai.epidemic.cases.duplicates import same_case
from kangmai.epidemic.cases.errors import (
    DiagnosisInFuture,
    DuplicateCard,
    ReasonMissing,
)
from kangmai.epidemic.cases.reach import REPORT, institutions
from kangmai.epidemic.cases.types import Card, Content, Deed, Dismissal, State
from kangmai.epidemic.cases.values import card_of
from kangmai.epidemic.cases.writing import (
    done_before,
    keep_step,
    lock_person,
    locked,
    number_of,
    save,
    write_down,
)
from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, NotPermitted, require
from kangmai.kernel.ids import ResidentId
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day


def begin_card(
    *,
    content: Content,
    resident_id: ResidentId | None,
    other_case: str = "",
    key: str,
    actor: Actor,
    at: datetime,
) -> Card:
    """Diagnose somebody of whom nothing was drafted; the legal clock runs from the diagnosis.

    Args:
        content: at least disease and time of diagnosis; the rest may follow with `submit`.
        resident_id: whose resident of the index it is, None for people from elsewhere.
        other_case: why this is another case, where the same person was reported before.

    Raises:
        NotPermitted, ResidentNotFound, UnknownDisease, DiagnosisInFuture, DuplicateCard, KeyTooLong.
    """
    require(actor, REPORT)
    with transaction.atomic():
        if earlier := done_before(key, Deed.DIAGNOSED, actor):
            return card_of(earlier, is_masked=False)
        row = new_row(_own(actor), at)
        if resident_id is not None:
            resident = identity.get_resident(resident_id, actor=actor, at=at)
            row.resident_id, row.patient_rid = resident.id, resident.patient_rid
        _diagnose(row, content, other_case, actor, at)
        row.save(force_insert=True)
        row.refresh_from_db(fields=["serial"])
        _follow(row, other_case, key, actor, at)
        return card_of(row, is_masked=False)


def diagnose(
    *,
    card_id: UUID,
    content: Content,
    expected_version: int,
    other_case: str = "",
    key: str,
    actor: Actor,
    at: datetime,
) -> Card:
    """Make a diagnosis of a draft: the task is done and the legal clock runs from the diagnosis.

    Raises:
        NotPermitted, CardNotFound, MayNotOpen, CardChanged, NotInThisState, UnknownDisease, DiagnosisInFuture,
        DuplicateCard, KeyTooLong.
    """
    with transaction.atomic():
        if earlier := done_before(key, Deed.DIAGNOSED, actor):
            return card_of(earlier, is_masked=False)
        row = locked(card_id, expected_version=expected_version, deed=Deed.DIAGNOSED, actor=actor)
        require_own(row, actor)
        _diagnose(row, content, other_case, actor, at)
        save(row, at=at)
        clocks.meet_draft(row, actor=actor, at=at)
        _follow(row, other_case, key, actor, at)
        return card_of(row, is_masked=False)


def keep(
    *, card_id: UUID, content: Content, expected_version: int, actor: Actor, at: datetime
) -> Card:
    """Keep what is filled in so far of a card that is diagnosed and not submitted.

    Raises:
        NotPermitted, CardNotFound, CardChanged, NotInThisState, UnknownDisease, DiagnosisInFuture.
    """
    with transaction.atomic():
        row = locked(card_id, expected_version=expected_version, deed=Deed.SUBMITTED, actor=actor)
        require_own(row, actor)
        before = row.diagnosed_at
        fill(row, content, at)
        clocks.correct_legal(row, before=before, actor=actor, at=at)
        save(row, at=at)
        return card_of(row, is_masked=False)


def dismiss(
    *,
    card_id: UUID,
    reason: Dismissal,
    note: str = "",
    expected_version: int,
    key: str,
    actor: Actor,
    at: datetime,
) -> Card:
    """Say that a draft is no case to report, and why.

    Raises:
        NotPermitted, CardNotFound, MayNotOpen, CardChanged, NotInThisState, ReasonMissing, KeyTooLong.
    """
    if reason is Dismissal.EXCLUDED and not note.strip():
        raise ReasonMissing()
    with transaction.atomic():
        if earlier := done_before(key, Deed.DISMISSED, actor):
            return card_of(earlier, is_masked=False)
        row = locked(card_id, expected_version=expected_version, deed=Deed.DISMISSED, actor=actor)
        require_own(row, actor)
        row.state, row.reason = State.DISMISSED.value, reason.value
        save(row, at=at)
        clocks.meet_draft(row, actor=actor, at=at)
        keep_step(row, Deed.DISMISSED, note=note, key=key, actor=actor, at=at)
        write_down(row, events.DISMISSED, reason=reason.value, actor=actor, at=at)
        return card_of(row, is_masked=False)


def require_own(row: models.Card, actor: Actor) -> None:
    """Let pass who reports for the card's institution. Raises NotPermitted."""
    if row.organization not in institutions(actor, REPORT):
        raise NotPermitted(permission=REPORT)


def new_row(organization: int, at: datetime) -> models.Card:
    """A card of an institution, not yet written."""
    division, _ = registry.codes_of_place(organization_id=organization)
    row = models.Card(
        organization=organization, account=0, drafted_at=at, updated_at=at, state=State.DRAFT.value
    )
    row.report_code, row.managing_code = division, division[:6]
    return row


def fill(row: models.Card, content: Content, at: datetime) -> None:
    """Write what a doctor says into a card's row.

    Raises:
        UnknownDisease, DiagnosisInFuture.
    """
    if content.diagnosed_at is None or content.diagnosed_at > at:
        raise DiagnosisInFuture(diagnosed_at=content.diagnosed_at or "—")
    row.diagnosed_on = legal_day(content.diagnosed_at)
    known = disease(content.disease, on=row.diagnosed_on)
    row.subtype, row.disease, row.label = known.code, top(known.code), int(known.label)
    put(row, content)


def _own(actor: Actor) -> int:
    found = [
        grant.organization
        for grant in actor.grants
        if grant.organization is not None and {REPORT, "*"} & grant.permissions
    ]
    if not found:
        raise NotPermitted(permission=REPORT)
    return found[0]


def _diagnose(
    row: models.Card, content: Content, other_case: str, actor: Actor, at: datetime
) -> None:
    fill(row, content, at)
    lock_person(row)
    other = same_case(row)
    if other is not None and not other_case.strip():
        raise DuplicateCard(number=number_of(other))
    row.state, row.account = State.DIAGNOSED.value, actor.account
    row.clock = clocks.legal_clock(row)


def _follow(row: models.Card, other_case: str, key: str, actor: Actor, at: datetime) -> None:
    clocks.start_legal(row, actor=actor, at=at)
    keep_step(row, Deed.DIAGNOSED, note=other_case, key=key, actor=actor, at=at)
    write_down(row, events.DIAGNOSED, actor=actor, at=at)
