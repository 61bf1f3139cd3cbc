"""Reads of e-health cards, inside the actor's scope."""

from datetime import datetime

from django.db.models import Count, Q

from kangmai.identity import models as residents
from kangmai.identity.cards import keys, models
from kangmai.identity.cards.errors import CardNotFound, NotYourCard
from kangmai.identity.cards.reach import COUNT, MANAGE, card_of, holder_row, is_own, organization_of
from kangmai.identity.cards.types import (
    Bearer,
    Card,
    CardDeed,
    Carrier,
    Change,
    InstitutionCount,
    Outcome,
    PublicKey,
    Scene,
    UseLine,
)
from kangmai.identity.queries import current, same_resident_ids
from kangmai.identity.reach import inside
from kangmai.kernel.actor import Actor, is_permitted, require
from kangmai.kernel.ids import OrganizationId, ResidentId


def public_keys() -> tuple[PublicKey, ...]:
    """The keys by which readers check codes; public."""
    return keys.public_keys()


def cards_of(resident_id: ResidentId, *, actor: Actor, at: datetime) -> list[Card]:
    """Every card a resident ever had, the newest first. Raises NotYourCard."""
    holder = holder_row(resident_id, actor)
    ids = same_resident_ids(ResidentId(holder.id))
    rows = models.Card.objects.filter(resident_id__in=ids).order_by("-id")
    return [card_of(row, at=at) for row in rows]


def find_card_in_use(resident_id: ResidentId, *, actor: Actor, at: datetime) -> Card | None:
    """The card of a resident that is active or suspended. Raises NotYourCard."""
    return next(
        (each for each in cards_of(resident_id, actor=actor, at=at) if each.ended_at is None), None
    )


def get_card(number: str, *, actor: Actor, at: datetime) -> Card:
    """The card of a number. Raises CardNotFound."""
    row = models.Card.objects.filter(number=number).first()
    if row is None:
        raise CardNotFound()
    try:
        holder_row(row.resident_id, actor)
    except NotYourCard:
        raise CardNotFound() from None
    return card_of(row, at=at)


def deeds_of(resident_id: ResidentId, *, actor: Actor) -> list[CardDeed]:
    """What was done to a resident's cards, newest first. Raises NotYourCard."""
    holder = holder_row(resident_id, actor)
    ids = same_resident_ids(ResidentId(holder.id))
    rows = models.CardChange.objects.filter(card__resident_id__in=ids).select_related("card")
    return [
        CardDeed(
            row.card.number,
            Change(row.change),
            row.at,
            OrganizationId(row.organization) if row.organization else None,
            row.reason,
        )
        for row in rows.order_by("-at", "-id")[:100]
    ]


def uses_of(
    resident_id: ResidentId, *, before: int | None = None, limit: int = 20, actor: Actor
) -> list[UseLine]:
    """Where a resident's cards were shown, newest first.

    He himself, and who holds his cards, sees all; a desk sees what its own institution read.

    Args:
        before: id of the last line of the page before.

    Raises:
        NotYourCard
    """
    holder = holder_row(resident_id, actor)
    rows = models.CardUse.objects.filter(resident_id__in=same_resident_ids(ResidentId(holder.id)))
    if not is_own(holder.id, actor):
        rows = rows.filter(organization=organization_of(actor))
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [_line(row) for row in rows.order_by("-id")[:limit]]


def _line(row: models.CardUse) -> UseLine:
    return UseLine(
        row.id,
        row.used_at,
        Carrier(row.carrier),
        Scene(row.scene),
        Outcome(row.outcome),
        Bearer(row.bearer),
        OrganizationId(row.organization) if row.organization else None,
        row.terminal,
    )


def counts_by_institution(
    *, since: datetime, until: datetime, actor: Actor
) -> list[InstitutionCount]:
    """How many cards each institution issued, how they stand, and how many it read in [since, until).

    Counted are cards of residents who live where the actor's role reaches, and what his own institution
    issued and read; by id of the institution, cards that residents asked for themselves last.

    Raises:
        NotPermitted
    """
    require(actor, COUNT)
    homes, own = _counted_reach(actor)
    of_people = Q(resident_id__in=residents.Resident.objects.filter(homes).values("id"))
    cards = models.Card.objects.filter(of_people | Q(issued_by__in=own))
    uses = models.CardUse.objects.filter(of_people | Q(organization__in=own))
    uses = uses.filter(used_at__gte=since, used_at__lt=until)
    issued = {
        row["issued_by"]: row
        for row in cards.values("issued_by").annotate(
            issued=Count("id"),
            **{
                state: Count("id", filter=Q(state=state))
                for state in ("active", "suspended", "replaced", "cancelled")
            },
        )
    }
    read = {
        row["organization"]: row
        for row in uses.values("organization").annotate(
            uses=Count("id", filter=Q(outcome=Outcome.ACCEPTED)),
            refused=Count("id", filter=~Q(outcome=Outcome.ACCEPTED)),
        )
    }
    ids = sorted(issued.keys() | read.keys(), key=lambda id: (id is None, id or 0))
    return [_counted(id, issued.get(id, {}), read.get(id, {})) for id in ids]


def _counted_reach(actor: Actor) -> tuple[Q, set[int]]:
    """Homes and institutions that the actor's roles let him count."""
    grants = [each for each in actor.grants if {COUNT, "*"} & each.permissions]
    homes = Q(pk__in=[])
    for place in (place for each in grants for place in each.places):
        homes |= Q(place_code__gte=place.low, place_code__lt=place.high)
    return homes, {each.organization for each in grants if each.organization is not None}


def _counted(id: int | None, issued: dict[str, int], read: dict[str, int]) -> InstitutionCount:
    return InstitutionCount(
        OrganizationId(id) if id is not None else None,
        *(
            issued.get(each, 0)
            for each in ("issued", "active", "suspended", "replaced", "cancelled")
        ),
        *(read.get(each, 0) for each in ("uses", "refused")),
    )


def may_manage(resident_id: ResidentId, *, actor: Actor) -> bool:
    """Whether an actor may issue and change a resident's cards at a desk."""
    now = current(resident_id)
    return is_permitted(actor, MANAGE) and inside(actor.scope).filter(id=now).exists()
