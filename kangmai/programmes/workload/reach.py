"""Whose work somebody may see, and which checks: one's own institution and those below it, or places one checks."""

from django.db.models import Q, QuerySet

from kangmai.kernel.actor import Actor, NotPermitted, PlaceRange, is_permitted, require
from kangmai.programmes.workload import models
from kangmai.programmes.workload.errors import CheckNotFound
from kangmai.registry import queries as registry

OWN, ANSWER, CHECK = "workload.own", "workload.answer", "workload.check"


def own(actor: Actor) -> int | None:
    """The institution for which somebody works."""
    return next((each.organization for each in actor.grants if each.organization), None)


def teams(actor: Actor, permission: str) -> frozenset[int]:
    """The institutions in which somebody holds a right, with all below them."""
    held = {each.organization for each in actor.grants if {permission, "*"} & each.permissions}
    below = (registry.descendant_ids(organization_id=each) for each in held if each)
    return frozenset(id for some in below for id in some)


def require_work(organization: int, *, actor: Actor) -> None:
    """Let pass who works in an institution or above it. Raises NotPermitted."""
    require(actor, OWN)
    if organization not in teams(actor, OWN):
        raise NotPermitted(permission=OWN)


def places(actor: Actor) -> list[PlaceRange]:
    """The places whose records somebody checks. Raises NotPermitted."""
    require(actor, CHECK)
    return [p for each in actor.grants if {CHECK, "*"} & each.permissions for p in each.places]


def inside(actor: Actor) -> QuerySet[models.Check]:
    """The checks somebody makes, and those of the own institution and below. Raises NotPermitted."""
    if not (is_permitted(actor, CHECK) or is_permitted(actor, ANSWER)):
        raise NotPermitted(permission=ANSWER)
    return models.Check.objects.filter(_made(actor) | Q(organization__in=teams(actor, ANSWER)))


def _made(actor: Actor) -> Q:
    found = Q(pk__in=[])
    if is_permitted(actor, CHECK):
        for place in places(actor):
            found |= Q(place_code__gte=place.low, place_code__lt=place.high)
    return found


def locked(check_id: object, permission: str, *, actor: Actor) -> models.Check:
    """A check in which somebody holds a right, locked until the transaction ends.

    Raises:
        NotPermitted, CheckNotFound
    """
    require(actor, permission)
    mine = _made(actor) if permission == CHECK else Q(organization__in=teams(actor, permission))
    row = models.Check.objects.select_for_update().filter(mine, pk=check_id).first()
    if row is None:
        raise CheckNotFound()
    return row
