"""Whose rows an actor may see and change: one condition for every list and every write.

Seen are the rows of the actor's places and institutions; changed those of an institution in which he holds the
permission himself. A reviewer and whoever recalls works in the whole of his places.
"""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from kangmai.kernel.actor import Actor, Grant, NotPermitted, PlaceRange, require, subtree
from kangmai.programmes.vaccination import models
from kangmai.registry import queries as registry

READ = "vaccination.read"
WORK = "vaccination.work"
KEEP = "vaccination.keep"
DECIDE = "vaccination.decide"
RECALL = "vaccination.recall"
REVIEW = "vaccination.review"
OWN = "own.record"
YOUNG_YEARS = 7
"""Children 0 to 6: whom the specification counts."""


def _grants(actor: Actor, permission: str) -> list[Grant]:
    return [each for each in actor.grants if {permission, "*"} & each.permissions]


def own(actor: Actor, permission: str) -> frozenset[int]:
    """The institutions in which an actor holds a permission."""
    found = (each.organization for each in _grants(actor, permission))
    return frozenset(each for each in found if each is not None)


def near(
    actor: Actor, permission: str = READ, *, organization: str = "organization", place: str = "place_code"
) -> Q:  # fmt: skip
    """The rows of an actor's institutions and places; nothing where he has neither."""
    found = Q(**{f"{organization}__in": own(actor, permission)})
    for each in _ranges(actor, permission):
        found |= Q(**{f"{place}__gte": each.low, f"{place}__lt": each.high})
    return found


def _ranges(actor: Actor, permission: str) -> Iterable[PlaceRange]:
    return (place for grant in _grants(actor, permission) for place in grant.places)


def within(place: PlaceRange, column: str = "place_code") -> Q:
    """The rows at and below a division."""
    return Q(**{f"{column}__gte": place.low, f"{column}__lt": place.high})


def desk(actor: Actor, permission: str) -> tuple[int, str]:
    """The institution at which an actor works, and where it stands.

    Raises:
        NotPermitted: he holds the permission nowhere.
    """
    require(actor, permission)
    found = next((each.organization for each in _grants(actor, permission) if each.organization), None)  # fmt: skip
    if found is None:
        raise NotPermitted(permission=permission)
    division, _jurisdiction = registry.codes_of_place(organization_id=found)
    return found, division


def works_at(actor: Actor, permission: str, organization: int) -> bool:
    """Whether an actor may change rows of an institution; the house itself may."""
    grants = _grants(actor, permission)
    return organization in own(actor, permission) or any(
        "*" in each.permissions and each.organization is None for each in grants
    )


def late_children(
    actor: Actor, *, place: str, is_older_too: bool, on: date
) -> QuerySet[models.Child]:
    """The children with overdue doses whom an actor may see, of an area if asked. Raises NotPermitted."""
    require(actor, READ)
    rows = models.Child.objects.filter(near(actor), late__gt=0)
    if place:
        rows = rows.filter(within(subtree(place)))
    if is_older_too:
        return rows
    return rows.filter(birth_on__gt=date(on.year - YOUNG_YEARS, on.month, min(on.day, 28)))
