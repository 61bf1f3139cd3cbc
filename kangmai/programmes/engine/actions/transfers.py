"""Hand somebody over to another team, which accepts or refuses; until then the old team serves him."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.identity.errors import ResidentNotFound
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import OrganizationId
from kangmai.programmes.engine import events, models
from kangmai.programmes.engine.errors import (
    EnrolmentNotManaged,
    NoTransfer,
    ResidentElsewhere,
    TransferPending,
)
from kangmai.programmes.engine.kinds import state_words
from kangmai.programmes.engine.seeing import locked, serves
from kangmai.programmes.engine.types import Enrolment, State
from kangmai.programmes.engine.values import whole_enrolment
from kangmai.programmes.engine.writing import (
    own_organization,
    require_version,
    resident_of,
    save,
    write_down,
)

MANAGE = "programmes.manage"


def propose_transfer(
    *,
    enrolment_id: UUID,
    to_organization: OrganizationId,
    reason: str,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Enrolment:
    """Offer an enrolment to another institution.

    Raises:
        NotPermitted, EnrolmentNotFound, EnrolmentChanged, EnrolmentNotManaged, TransferPending
    """
    require(actor, MANAGE)
    with transaction.atomic():
        row = locked(enrolment_id, actor=actor)
        require_version(row, expected_version)
        if row.state == State.CLOSED or not serves(row, actor):
            raise EnrolmentNotManaged(**state_words(row.state))
        if row.transfers.filter(decided_at=None).exists():
            raise TransferPending()
        resident = resident_of(row, actor=actor, at=at)
        offer(row, to_organization, resident.demographics.place_code, reason, actor=actor, at=at)
        save(row, at=at)
        return whole_enrolment(row)


def offer(
    row: models.Enrolment,
    to_organization: OrganizationId | None,
    place_code: str,
    reason: str,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Write an offer down; None offers it to whoever serves the place."""
    row.transfers.create(
        from_organization=row.organization,
        to_organization=to_organization,
        place_code=place_code,
        reason=reason,
        proposed_at=at,
        proposed_by=actor.account,
    )
    data = {"to": to_organization, "from": row.organization, "step": "offered"}
    write_down(row, events.TRANSFERRED, data=data, actor=actor, at=at)


def accept_transfer(
    *,
    enrolment_id: UUID,
    staff: int | None = None,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Enrolment:
    """Take over an enrolment that was offered: from now on it stands on the new team's worklist.

    Raises:
        NotPermitted, EnrolmentNotFound, EnrolmentChanged
        NoTransfer: nothing waits for the actor's institution or places.
        ResidentElsewhere: the resident neither lives in the actor's places nor belongs to his institution.
    """
    require(actor, MANAGE)
    with transaction.atomic():
        row = locked(enrolment_id, actor=actor)
        require_version(row, expected_version)
        waiting = _waiting_for(row, actor)
        try:
            resident = resident_of(row, actor=actor, at=at)
        except ResidentNotFound:
            raise ResidentElsewhere() from None
        _decide(waiting, accepted=True, actor=actor, at=at)
        row.organization = waiting.to_organization or own_organization(actor) or row.organization
        row.staff, row.place_code = staff, resident.demographics.place_code
        save(row, at=at)
        data = {"to": row.organization, "from": waiting.from_organization, "step": "accepted"}
        write_down(
            row, events.TRANSFERRED, subjects=[resident.patient_rid], data=data, actor=actor, at=at
        )
        return whole_enrolment(row)


def refuse_transfer(
    *, enrolment_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Enrolment:
    """Leave an enrolment that was offered with the team that has it.

    Raises:
        NotPermitted, EnrolmentNotFound, EnrolmentChanged, NoTransfer
    """
    require(actor, MANAGE)
    with transaction.atomic():
        row = locked(enrolment_id, actor=actor)
        require_version(row, expected_version)
        waiting = _waiting_for(row, actor)
        _decide(waiting, accepted=False, actor=actor, at=at)
        save(row, at=at)
        data = {"to": waiting.to_organization, "from": row.organization, "step": "refused"}
        write_down(row, events.TRANSFERRED, reason=reason, data=data, actor=actor, at=at)
        return whole_enrolment(row)


def _waiting_for(row: models.Enrolment, actor: Actor) -> models.Transfer:
    waiting = row.transfers.select_for_update().filter(decided_at=None).first()
    if waiting is None or not _is_for(waiting, actor):
        raise NoTransfer()
    return waiting


def _is_for(waiting: models.Transfer, actor: Actor) -> bool:
    scope = actor.scope
    if waiting.to_organization is not None and not scope.everything:
        return waiting.to_organization in scope.organizations
    return scope.everything or any(place.covers(waiting.place_code) for place in scope.places)


def _decide(waiting: models.Transfer, *, accepted: bool, actor: Actor, at: datetime) -> None:
    waiting.decided_at, waiting.decided_by, waiting.is_accepted = at, actor.account, accepted
    waiting.save()
