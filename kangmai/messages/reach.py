"""Which messages are an actor's: one condition, for every list, count and write."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from kangmai.kernel.actor import Actor, Grant
from kangmai.messages import models
from kangmai.messages.types import Asks


def reaches(actor: Actor) -> Q:
    """His own, those to a role he exercises now, and those to a permission he holds at their place."""
    found = Q(account_id=actor.account)
    for grant in actor.grants:
        found |= Q(role=grant.role, organization_id=grant.organization)
        found |= _permitted(grant)
    return found


def _permitted(grant: Grant) -> Q:
    places = Q(place_code="")
    for place in grant.places:
        places |= Q(place_code__gte=place.low, place_code__lt=place.high)
    if "*" in grant.permissions:
        return ~Q(permission="") & places
    return Q(permission__in=sorted(grant.permissions)) & places


def inbox_of(actor: Actor) -> QuerySet[models.Message]:
    """An actor's messages, each with `was_read`."""
    read = models.Reading.objects.filter(message_id=OuterRef("pk"), account_id=actor.account)
    return models.Message.objects.filter(reaches(actor)).annotate(was_read=Exists(read))


def waiting(rows: QuerySet[models.Message]) -> QuerySet[models.Message]:
    """Those of `inbox_of` that still count."""
    to_read = Q(asks=Asks.READ.value, was_read=False)
    return rows.filter(Q(asks=Asks.ACKNOWLEDGE.value) | to_read, settled_at=None)
