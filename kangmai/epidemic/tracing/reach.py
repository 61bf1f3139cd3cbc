"""Which cases and contacts an actor reaches.

A case is seen by the investigators of its place. A contact is seen by those who investigate or follow where he
lives, and by the investigators of every case that he met: the county next door sees neither.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from kangmai.epidemic.orders.queries import living
from kangmai.epidemic.tracing import models
from kangmai.epidemic.tracing.errors import CaseUnknown, ContactUnknown
from kangmai.kernel.actor import Actor, NotPermitted, PlaceRange, is_permitted, require

INVESTIGATE = "tracing.investigate"
FOLLOW = "tracing.follow"
COUNT = "tracing.count"


def places(actor: Actor, *permissions: str) -> list[PlaceRange]:
    """Where an actor's grants hold one of some permissions."""
    return [
        place
        for grant in actor.grants
        if {*permissions, "*"} & grant.permissions
        for place in grant.places
    ]


def inside(ranges: Iterable[PlaceRange], prefix: str = "") -> Q:
    """Rows whose place lies in one of some ranges."""
    found = Q(pk__in=[])
    for place in ranges:
        low, high = f"{prefix}place_code__gte", f"{prefix}place_code__lt"
        found |= Q(**{low: place.low, high: place.high})
    return found


def cases_of(actor: Actor, at: datetime) -> Q:
    """The condition for cases under living orders that an actor investigates."""
    return Q(order_id__in=living(at=at)) & inside(places(actor, INVESTIGATE))


def knows_case(number: str, actor: Actor, at: datetime) -> bool:
    """Whether this is the number of a case under a living order that an actor investigates."""
    return models.Case.objects.filter(cases_of(actor, at), number=number).exists()


def contacts_of(actor: Actor, at: datetime) -> Q:
    """The condition for contacts under living orders that an actor reaches."""
    of_my_cases = models.Pair.objects.filter(
        inside(places(actor, INVESTIGATE), "case__"), contact=OuterRef("pk")
    )
    near = inside(places(actor, INVESTIGATE, FOLLOW))
    return Q(order_id__in=living(at=at)) & (near | Exists(of_my_cases))


def require_any(actor: Actor) -> None:
    """Let pass who investigates or follows anywhere. Raises NotPermitted."""
    if not (is_permitted(actor, INVESTIGATE) or is_permitted(actor, FOLLOW)):
        raise NotPermitted(permission=FOLLOW)


def case_locked(case_id: UUID, *, actor: Actor, at: datetime) -> models.Case:
    """A case that the actor investigates, locked. Raises NotPermitted, CaseUnknown."""
    require(actor, INVESTIGATE)
    rows = models.Case.objects.select_for_update().filter(cases_of(actor, at))
    row = rows.filter(id=case_id).first()
    if row is None:
        raise CaseUnknown()
    return row


def contact_locked(contact_id: UUID, *, actor: Actor, at: datetime) -> models.Contact:
    """A contact that the actor reaches, locked; of one found to be the same as another, that other.

    Raises:
        NotPermitted, ContactUnknown.
    """
    require_any(actor)
    seen = models.Contact.objects.filter(contacts_of(actor, at), id=contact_id)
    found = seen.values_list("id", "joined_to_id").first()
    if found is None:
        raise ContactUnknown()
    return models.Contact.objects.select_for_update().get(id=found[1] or found[0])
