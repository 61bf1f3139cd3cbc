"""Whose births an actor may see and change: one condition for every list and every write.

Seen are the births of the actor's places and institutions, and one's own (the mother's, the child's);
changed those of an institution in which he holds the permission himself.
"""

from uuid import UUID

from django.db.models import Q

from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, Grant, NotPermitted, is_permitted, require
from kangmai.programmes.births import models
from kangmai.programmes.births.errors import BirthNotFound
from kangmai.registry import queries as registry

READ = "births.read"
ISSUE = "births.issue"
KEEP = "births.keep"
CHAIN = "births.chain"
OWN = "own.record"


def _grants(actor: Actor, permission: str) -> list[Grant]:
    return [each for each in actor.grants if {permission, "*"} & each.permissions]


def near(actor: Actor, permission: str = READ) -> Q:
    """The rows of an actor's institutions and places; nothing where he has neither."""
    found = Q(pk__in=[])
    for grant in _grants(actor, permission):
        if grant.organization is not None:
            found |= Q(organization=grant.organization)
        for place in grant.places:
            found |= Q(place_code__gte=place.low, place_code__lt=place.high)
    return found


def own(actor: Actor) -> Q:
    """The births that are somebody's own, as the mother, the child, or who acts for either."""
    if not is_permitted(actor, OWN) or not actor.scope.residents:
        return Q(pk__in=[])
    ids = [id for each in actor.scope.residents for id in identity.same_resident_ids(each)]
    return Q(mother_id__in=ids) | Q(child_id__in=ids)


def desk(actor: Actor, permission: str) -> tuple[int, str]:
    """The institution at which an actor works, and where it stands. Raises NotPermitted."""
    require(actor, permission)
    found = next((each.organization for each in _grants(actor, permission) if each.organization), None)  # fmt: skip
    if found is None:
        raise NotPermitted(permission=permission)
    division, _jurisdiction = registry.codes_of_place(organization_id=found)
    return found, division


def seen(birth_id: UUID, *, actor: Actor) -> models.Birth:
    """A birth that the actor may see. Raises BirthNotFound."""
    row = models.Birth.objects.filter(near(actor) | own(actor), pk=birth_id).first()
    if row is None:
        raise BirthNotFound()
    return row


def works_at(actor: Actor, permission: str, organization: int) -> bool:
    """Whether an actor holds a permission in an institution itself."""
    return any(each.organization == organization for each in _grants(actor, permission))


def locked(birth_id: UUID, permission: str, *, actor: Actor) -> models.Birth:
    """A birth near the actor, locked until the transaction ends; issuing is for the birth's institution alone.

    Raises:
        NotPermitted, BirthNotFound
    """
    require(actor, permission)
    rows = models.Birth.objects.select_for_update().filter(near(actor, permission), pk=birth_id)
    row = rows.first()
    if row is None or (permission == ISSUE and not works_at(actor, ISSUE, row.organization)):
        raise BirthNotFound()
    return row


def locked_own(birth_id: UUID, *, actor: Actor) -> models.Birth:
    """A birth that is the actor's own, locked until the transaction ends. Raises NotPermitted, BirthNotFound."""
    require(actor, OWN)
    row = models.Birth.objects.select_for_update().filter(own(actor), pk=birth_id).first()
    if row is None:
        raise BirthNotFound()
    return row
