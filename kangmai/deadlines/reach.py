"""Which deadlines an actor sees and which are his own: two conditions for every list, count and write."""

from django.db.models import Q, QuerySet

from kangmai.deadlines import models
from kangmai.deadlines.rules import definitions_of
from kangmai.kernel.actor import Actor, Grant

READ = "deadlines.read"


def inside(actor: Actor) -> QuerySet[models.Deadline]:
    """Those of his places and institutions with labels he may see.

    Of a resident who objects, only what his own institution owes.
    """
    reach = Q(owner_account=actor.account)
    own = Q(owner_account=actor.account)
    for grant in actor.grants:
        if not {READ, "*"} & grant.permissions:
            continue
        if grant.organization is not None:
            own |= Q(owner_org=grant.organization)
        for place in grant.places:
            reach |= Q(place_code__gte=place.low, place_code__lt=place.high)
    found = models.Deadline.objects.filter(reach | own, label__in=actor.scope.labels)
    if actor.scope.objections:
        objecting = Q(resident_id__in=actor.scope.objections)
        found = found.exclude(objecting & ~own)
    return found


def own(actor: Actor) -> QuerySet[models.Deadline]:
    """Those that the actor owes himself or by a role he exercises."""
    mine = Q(owner_account=actor.account)
    for grant in actor.grants:
        mine |= _owed(grant)
    return models.Deadline.objects.filter(mine, label__in=actor.scope.labels)


def _owed(grant: Grant) -> Q:
    if grant.organization is None:
        return Q(pk__in=[])
    by_rule = Q(owner_role="", definition__in=definitions_of(grant.role))
    owed = Q(owner_role=grant.role) | by_rule
    return Q(owner_org=grant.organization, owner_account=None) & owed
