"""Whose store an actor may see and whose ledger he keeps: one condition for every list and every write.

Seen are the stores of the actor's places, of his institution and of those right below it; kept is the ledger of
his institution and of those right below it (a township hospital keeps those of its village clinics).
"""

from django.db.models import Q, QuerySet

from kangmai.epidemic.supplies import models
from kangmai.epidemic.supplies.errors import InstitutionUnknown
from kangmai.kernel.actor import (
    Actor,
    Grant,
    NotPermitted,
    PlaceRange,
    is_permitted,
    require,
    subtree,
)
from kangmai.registry import queries as registry
from kangmai.registry.errors import OrganizationUnknown

READ = "supplies.read"
KEEP = "supplies.keep"
PLAN = "supplies.plan"


def _grants(actor: Actor, permission: str) -> list[Grant]:
    return [each for each in actor.grants if {permission, "*"} & each.permissions]


def _own(actor: Actor, permission: str) -> frozenset[int]:
    """The institutions in which an actor holds a permission."""
    found = (each.organization for each in _grants(actor, permission))
    return frozenset(each for each in found if each is not None)


def near(actor: Actor, permission: str) -> Q:
    """The stores in an actor's places, of his institutions and right below these."""
    own = _own(actor, permission)
    found = Q(organization_id__in=own) | Q(parent_id__in=own)
    for grant in _grants(actor, permission):
        for place in grant.places:
            found |= _within(place)
    return found


def reaches(
    actor: Actor, permission: str, organization: int, parent: int | None, place_code: str
) -> bool:
    """What `near` says of rows, of one institution that may have no store yet."""
    if {organization, parent} & _own(actor, permission):
        return True
    places = (place for grant in _grants(actor, permission) for place in grant.places)
    return any(place.covers(place_code) for place in places)


def _within(place: PlaceRange) -> Q:
    return Q(place_code__gte=place.low, place_code__lt=place.high)


def stores(actor: Actor, *, area: str = "", permission: str = READ) -> QuerySet[models.Store]:
    """The stores that an actor may see, of one area if asked. Raises NotPermitted."""
    require(actor, permission)
    rows = models.Store.objects.filter(near(actor, permission))
    return rows.filter(_within(subtree(area))) if area else rows


def keeps(actor: Actor, store: models.Store) -> bool:
    """Whether an actor keeps the ledger of a store."""
    if {store.organization_id, store.parent_id} & _own(actor, KEEP):
        return True
    return any("*" in each.permissions and each.organization is None for each in actor.grants)


def get_store(organization: int, *, actor: Actor) -> models.Store:
    """A store that an actor may see. Raises NotPermitted, InstitutionUnknown."""
    found = stores(actor).filter(organization_id=organization).first()
    if found is None:
        raise InstitutionUnknown(organization=organization)
    return found


def shown_store(organization: int, *, actor: Actor) -> models.Store:
    """A store that an actor may see, or the empty one of an institution whose ledger he will keep.

    Raises:
        NotPermitted, InstitutionUnknown.
    """
    try:
        return get_store(organization, actor=actor)
    except InstitutionUnknown:
        if not is_permitted(actor, KEEP):
            raise
        return _facts(organization, actor)


def kept_store(organization: int, *, actor: Actor) -> models.Store:
    """The store whose ledger an actor keeps, locked, and opened if this is its first entry.

    Raises:
        NotPermitted, InstitutionUnknown.
    """
    require(actor, KEEP)
    facts = _facts(organization, actor)
    models.Store.objects.bulk_create([facts], ignore_conflicts=True)
    row = models.Store.objects.select_for_update().get(organization_id=organization)
    if (row.parent_id, row.place_code) != (facts.parent_id, facts.place_code):
        row.parent_id, row.place_code = facts.parent_id, facts.place_code
        row.save(update_fields=["parent_id", "place_code"])
    return row


def _facts(organization: int, actor: Actor) -> models.Store:
    """A store as the registry knows its institution; only where the actor keeps it."""
    try:
        found = registry.get_organization(organization_id=organization, actor=actor)
    except OrganizationUnknown:
        raise InstitutionUnknown(organization=organization) from None
    facts = models.Store(
        organization_id=found.id, parent_id=found.parent_id, place_code=found.division_code
    )
    if not keeps(actor, facts):
        seen = stores(actor).filter(organization_id=organization).exists()
        raise NotPermitted(permission=KEEP) if seen else InstitutionUnknown(organization=organization)  # fmt: skip
    return facts
