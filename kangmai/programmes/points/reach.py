"""Whose service points an actor may see, enter, confirm and inspect: one condition for lists and writes.

Seen are those of the actor's places, of his institution and those below it, and those his institution keeps or
is a partner of; entered are those of his places and institutions; confirmed and inspected are those of his
places. A neighbour's point is not found.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from kangmai.kernel.actor import Actor, Grant, NotPermitted, PlaceRange, is_permitted, require
from kangmai.programmes.points import models
from kangmai.programmes.points.errors import FindingNotFound, OwnPoint, PointNotFound
from kangmai.registry import queries as registry

READ, ENTER, CONFIRM, INSPECT = "points.read", "points.enter", "points.confirm", "points.inspect"


def _grants(actor: Actor, permission: str) -> list[Grant]:
    return [each for each in actor.grants if {permission, "*"} & each.permissions]


def ranges(actor: Actor, permission: str) -> list[PlaceRange]:
    """The places in which an actor holds a permission."""
    return [place for each in _grants(actor, permission) for place in each.places]


def own(actor: Actor, permission: str) -> frozenset[int]:
    """The institutions in which an actor holds a permission, with all below them."""
    held = {each.organization for each in _grants(actor, permission)}
    below = (registry.descendant_ids(organization_id=each) for each in held if each)
    return frozenset(id for some in below for id in some)


def employer(actor: Actor) -> int | None:
    """The institution for which an actor works."""
    return next((each.organization for each in actor.grants if each.organization), None)


def inside(places: Iterable[PlaceRange]) -> Q:
    """Points in one of some places."""
    found = Q(pk__in=[])
    for place in places:
        found |= Q(place_code__gte=place.low, place_code__lt=place.high)
    return found


def points(actor: Actor) -> QuerySet[models.Point]:
    """The points that an actor sees. Raises NotPermitted."""
    require(actor, READ)
    mine = own(actor, READ)
    near = Q(organization__in=mine) | Q(keeper__in=mine) | Q(partner__in=mine)
    return models.Point.objects.filter(near | inside(ranges(actor, READ)))


def may(actor: Actor, permission: str, *, place_code: str, organization: int | None) -> bool:
    """Whether a right reaches a point that stands here and belongs to this institution."""
    if is_permitted(actor, permission, place_code):
        return True
    return permission == ENTER and organization in own(actor, ENTER)


def require_at(actor: Actor, permission: str, *, place_code: str, organization: int | None) -> None:
    """Let pass whose right reaches a point. Raises NotPermitted."""
    if not may(actor, permission, place_code=place_code, organization=organization):
        raise NotPermitted(permission=permission)


def locked(point_id: UUID, permission: str, *, actor: Actor) -> models.Point:
    """A point in which an actor holds a right, locked until the transaction ends.

    Raises:
        NotPermitted, PointNotFound
    """
    require(actor, permission)
    if not points(actor).filter(pk=point_id).exists():
        raise PointNotFound()
    row = models.Point.objects.select_for_update().get(pk=point_id)
    require_at(actor, permission, place_code=row.place_code, organization=row.organization)
    return row


def finding_locked(finding_id: UUID, permission: str, *, actor: Actor) -> models.Finding:
    """A finding at a point in which an actor holds a right, its point locked.

    Raises:
        NotPermitted, FindingNotFound
    """
    require(actor, permission)
    found = models.Finding.objects.filter(pk=finding_id).values_list("point_id", flat=True).first()
    try:
        if found is None:
            raise PointNotFound()
        point = locked(found, permission, actor=actor)
    except PointNotFound:
        raise FindingNotFound() from None
    row = models.Finding.objects.select_for_update().get(pk=finding_id)
    row.point = point
    return row


def require_other(actor: Actor, row: models.Point) -> None:
    """Let pass whose employer is not the institution that is the point itself. Raises OwnPoint."""
    mine = employer(actor)
    if mine is not None and mine in (row.organization, row.partner):
        raise OwnPoint()
