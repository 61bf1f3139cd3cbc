"""Which rows of the ledger an actor sees: one condition for every list, count and write."""

from django.db.models import Q, QuerySet

from kangmai.handover import models
from kangmai.kernel.actor import Actor

READ = "handover.read"


def inside(actor: Actor) -> QuerySet[models.Entry]:
    """Those of his places and institutions with labels he may see.

    Of a resident who objects, only what his own institution hands over.
    """
    own, reach = Q(pk__in=[]), Q(pk__in=[])
    for grant in actor.grants:
        if not {READ, "*"} & grant.permissions:
            continue
        if grant.organization is not None:
            own |= Q(organization_id=grant.organization)
        for place in grant.places:
            reach |= Q(place_code__gte=place.low, place_code__lt=place.high)
    found = models.Entry.objects.filter(own | reach, label__in=actor.scope.labels)
    if actor.scope.objections:
        found = found.exclude(Q(resident_id__in=actor.scope.objections) & ~own)
    return found


def institutions(actor: Actor, permission: str) -> frozenset[int]:
    """The institutions in which an actor holds a permission."""
    return frozenset(
        grant.organization
        for grant in actor.grants
        if grant.organization is not None and {permission, "*"} & grant.permissions
    )
