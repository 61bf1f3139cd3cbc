"""Whose contracts an actor sees and changes: one condition for every list and every write.

Seen are those of the actor's institution with the ones below it and of his places, and one's own; an institution
above counts teams without seeing who has a contract with them.
"""

from uuid import UUID

from django.db.models import Q, QuerySet

from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, Grant, is_permitted, require
from kangmai.programmes.contracts import models
from kangmai.programmes.contracts.errors import ContractNotFound, TeamNotFound
from kangmai.registry import queries as registry

READ, SIGN, KEEP, COUNT = (
    "contracts.read",
    "contracts.sign",
    "contracts.keep",
    "contracts.count",
)
OWN = "own.record"


def _grants(actor: Actor, permission: str) -> list[Grant]:
    return [each for each in actor.grants if {permission, "*"} & each.permissions]


def institutions(actor: Actor, permission: str) -> frozenset[int]:
    """The institutions in which an actor holds a permission, with all below them."""
    held = {each.organization for each in _grants(actor, permission)}
    below = (registry.descendant_ids(organization_id=each) for each in held if each)
    return frozenset(id for some in below for id in some)


def near(actor: Actor, permission: str) -> Q:
    """The rows of an actor's institutions and places; nothing where he has neither."""
    found = Q(organization__in=institutions(actor, permission))
    for grant in _grants(actor, permission):
        for place in grant.places:
            found |= Q(place_code__gte=place.low, place_code__lt=place.high)
    return found


def own(actor: Actor) -> Q:
    """The contracts that are somebody's own, or of those for whom he acts."""
    if not is_permitted(actor, OWN) or not actor.scope.residents:
        return Q(pk__in=[])
    ids = [id for each in actor.scope.residents for id in identity.same_resident_ids(each)]
    return Q(resident_id__in=ids)


def contracts(actor: Actor) -> QuerySet[models.Contract]:
    """The contracts that an actor sees. Raises NotPermitted."""
    require(actor, READ)
    return models.Contract.objects.filter(near(actor, READ)).select_related("team")


def seen(contract_id: UUID, *, actor: Actor) -> models.Contract:
    """A contract near the actor, or his own. Raises ContractNotFound."""
    rows = models.Contract.objects.select_related("team")
    row = rows.filter(near(actor, READ) | own(actor), pk=contract_id).first()
    if row is None:
        raise ContractNotFound()
    return row


def locked(contract_id: UUID, *, actor: Actor) -> models.Contract:
    """A contract that the actor may change, for its team or as its resident, locked. Raises ContractNotFound."""
    rows = models.Contract.objects.select_for_update(of=("self",)).select_related("team")
    row = rows.filter(near(actor, SIGN) | own(actor), pk=contract_id).first()
    if row is None:
        raise ContractNotFound()
    return row


def served(contract_id: UUID, *, actor: Actor) -> models.Contract:
    """A contract that the actor may change for its team, locked. Raises NotPermitted, ContractNotFound."""
    require(actor, SIGN)
    rows = models.Contract.objects.select_for_update(of=("self",)).select_related("team")
    row = rows.filter(near(actor, SIGN), pk=contract_id).first()
    if row is None:
        raise ContractNotFound()
    return row


def teams_to_sign_for(actor: Actor) -> Q:
    """The teams for which an actor signs: those near him, and those that serve the places he serves."""
    found = near(actor, SIGN)
    for grant in _grants(actor, SIGN):
        for place in grant.places:
            found |= Q(place_code__in=[place.low[:n] for n in (9, 12)])
    return found


def team(team_id: UUID, permission: str, *, actor: Actor) -> models.Team:
    """A team near the actor, or one for which he signs, locked. Raises NotPermitted, TeamNotFound."""
    require(actor, permission)
    within = teams_to_sign_for(actor) if permission == SIGN else near(actor, permission)
    row = models.Team.objects.select_for_update().filter(within, pk=team_id).first()
    if row is None:
        raise TeamNotFound()
    return row


def is_own(row: models.Contract, actor: Actor) -> bool:
    """Whether a contract is the actor's own, or of somebody for whom he acts."""
    return any(
        identity.current(each) == identity.current(row.resident_id)
        for each in actor.scope.residents
    ) and is_permitted(actor, OWN)
