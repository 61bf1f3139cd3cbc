"""Which people, venues and decisions an actor reaches: those of the places where his grants hold a permission."""

from django.db.models import Q

from kangmai.kernel.actor import Actor

REGISTER = "venues.register"
CELLS = "venues.cells"
DESK = "venues.desk"
MANAGE = "venues.manage"
SCAN = "venues.scan"
COUNTS = "venues.counts"
TRACE = "venues.trace"
DECIDE = "colours.decide"
APPEAL = "colours.appeal"
OVERSEE = "colours.oversee"


def inside(actor: Actor, permission: str) -> Q:
    """The condition on `place_code` for rows in the places where a permission holds."""
    found = Q(pk__in=[])
    for grant in actor.grants:
        if {permission, "*"} & grant.permissions:
            for place in grant.places:
                found |= Q(place_code__gte=place.low, place_code__lt=place.high)
    return found
