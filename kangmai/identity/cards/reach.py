"""Whose card it is, who may touch it, and a row as the card it stands for."""

from datetime import datetime

from django.db import connection

from kangmai.identity import models as residents
from kangmai.identity.cards import models
from kangmai.identity.cards.errors import CardNotFound, NotYourCard
from kangmai.identity.cards.policy import policy
from kangmai.identity.cards.types import Bearer, Card, State, Way
from kangmai.identity.queries import current
from kangmai.identity.reach import is_inside
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, Purpose, is_permitted
from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.standards.calendars import legal_day

MANAGE, OWN, VERIFY, COUNT = "cards.manage", "own.card", "cards.verify", "cards.count"


def card_of(row: models.Card, *, at: datetime) -> Card:
    """A row as others see it."""
    most = policy(on=legal_day(at)).pin_failures
    return Card(
        id=row.id,
        number=row.number,
        resident_id=ResidentId(row.resident_id),
        state=State(row.state),
        way=Way(row.way),
        issued_by=OrganizationId(row.issued_by) if row.issued_by else None,
        issued_at=row.issued_at,
        ended_at=row.ended_at,
        has_pin=bool(row.pin),
        is_locked=row.failures >= most,
        version=row.version,
    )


def is_own(resident_id: int, actor: Actor) -> bool:
    """Whether a resident acts for himself, or somebody for whom he holds the cards."""
    return (
        actor.purpose is Purpose.RESIDENT
        and current(ResidentId(resident_id)) in actor.scope.residents
        and is_permitted(actor, OWN)
    )


def holder_row(resident_id: int, actor: Actor) -> residents.Resident:
    """The resident an actor may issue cards to, or is himself.

    Raises:
        NotYourCard: he is neither, or outside the actor's scope.
    """
    row = residents.Resident.objects.filter(id=current(ResidentId(resident_id))).first()
    if row is None:
        raise NotYourCard()
    may = is_permitted(actor, MANAGE) and is_inside(row, actor.scope)
    if not may and not is_own(row.id, actor):
        raise NotYourCard()
    return row


def locked_card(card_id: int, actor: Actor) -> tuple[models.Card, residents.Resident]:
    """A card for change, with its holder.

    Raises:
        CardNotFound: there is none, or the holder is out of the actor's reach.
    """
    row = models.Card.objects.select_for_update().filter(id=card_id).first()
    if row is None:
        raise CardNotFound()
    try:
        return row, holder_row(row.resident_id, actor)
    except NotYourCard:
        raise CardNotFound() from None


def organization_of(actor: Actor) -> int | None:
    """The institution for which an actor works; none for a resident."""
    return next((g.organization for g in actor.grants if g.organization is not None), None)


def bearer_of(actor: Actor) -> Bearer:
    """As what an actor shows a card."""
    roles = {grant.role for grant in actor.grants}
    if "guardian" in roles:
        return Bearer.GUARDIAN
    return Bearer.AUTHORISED if "authorised" in roles else Bearer.SELF


def write_down(
    card: models.Card | None,
    holder: residents.Resident,
    action: str,
    *,
    reason: str = "",
    outcome: str = "ok",
    actor: Actor,
    at: datetime,
) -> None:
    """Audit what was done with a card (or with another carrier of its holder), within the caller's transaction."""
    audit.record(
        connection.connection,
        actor=actor,
        at=at,
        action=action,
        object_type="Card",
        object_id=str(card.id) if card else "",
        subjects=[holder.patient_rid],
        outcome=outcome,
        reason=reason,
    )
