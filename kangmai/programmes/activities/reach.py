"""Whose activities an actor sees, writes and answers.

Seen are those of the actor's places and of his institution with those below it; written are those of his
institution and below; the leads of his places are answered by the supervision institute.
"""

from uuid import UUID

from django.db.models import Q, QuerySet

from kangmai.kernel.actor import Actor, Grant, NotPermitted, PlaceRange, require
from kangmai.programmes.activities import models
from kangmai.programmes.activities.errors import ActivityNotFound
from kangmai.registry import queries as registry

READ, WRITE, ANSWER = "activities.read", "activities.write", "activities.answer"


def _grants(actor: Actor, permission: str) -> list[Grant]:
    return [each for each in actor.grants if {permission, "*"} & each.permissions]


def places(actor: Actor, permission: str) -> list[PlaceRange]:
    """The places in which an actor holds a permission."""
    return [place for each in _grants(actor, permission) for place in each.places]


def own(actor: Actor, permission: str) -> frozenset[int]:
    """The institutions in which an actor holds a permission, with all below them."""
    held = {each.organization for each in _grants(actor, permission)}
    below = (registry.descendant_ids(organization_id=each) for each in held if each)
    return frozenset(id for some in below for id in some)


def activities(actor: Actor) -> QuerySet[models.Activity]:
    """The activities that an actor sees. Raises NotPermitted."""
    require(actor, READ)
    found = Q(organization__in=own(actor, READ))
    for place in places(actor, READ):
        found |= Q(place_code__gte=place.low, place_code__lt=place.high)
    return models.Activity.objects.filter(found)


def locked(activity_id: UUID, permission: str, *, actor: Actor) -> models.Activity:
    """An activity in which an actor holds a right, locked. Raises NotPermitted, ActivityNotFound."""
    require(actor, permission)
    if not activities(actor).filter(pk=activity_id).exists():
        raise ActivityNotFound()
    row = models.Activity.objects.select_for_update().get(pk=activity_id)
    here = any(each.covers(row.place_code) for each in places(actor, permission))
    if row.organization in own(actor, permission) or (permission == ANSWER and here):
        return row
    raise NotPermitted(permission=permission)
