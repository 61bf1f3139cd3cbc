"""Whose sites, beds and ambulances an actor sees, runs and changes: his places, or those of his own institution."""

from django.db.models import Q

from kangmai.epidemic.capacity import models
from kangmai.epidemic.capacity.errors import (
    AmbulanceUnknown,
    AreaUnknown,
    InstitutionUnknown,
    RoomUnknown,
    SiteUnknown,
)
from kangmai.kernel.actor import Actor, PlaceRange, is_permitted, require, subtree
from kangmai.registry import queries as registry
from kangmai.registry.errors import OrganizationUnknown
from kangmai.standards.divisions import city_code_of

READ = "capacity.read"
REPORT = "capacity.report"
MANAGE = "capacity.manage"


def near(actor: Actor, permission: str) -> Q:
    """Rows in the places where an actor holds a permission, and those of institutions in which he holds it."""
    found = Q(pk__in=[])
    for grant in actor.grants:
        if {permission, "*"} & grant.permissions:
            if grant.organization is not None:
                found |= Q(organization_id=grant.organization)
            for place in grant.places:
                found |= within(place)
    return found


def within(place: PlaceRange) -> Q:
    """Rows in a range of places."""
    return Q(place_code__gte=place.low, place_code__lt=place.high)


def area_of(area: str) -> Q:
    """Rows in an area. Raises AreaUnknown."""
    if not area:
        return Q()
    if not area.isascii() or not area.isdecimal() or city_code_of(area) is None:
        raise AreaUnknown(area=area[:14])
    return within(subtree(area))


def get_site(site_id: int, *, actor: Actor, permission: str = READ) -> models.Site:
    """A site that an actor may see, or do something with. Raises NotPermitted, SiteUnknown."""
    require(actor, permission)
    row = models.Site.objects.filter(near(actor, permission), id=site_id).first()
    if row is None:
        raise SiteUnknown()
    return row


def room_locked(room_id: int, *, actor: Actor, permission: str = MANAGE) -> models.Room:
    """A room that an actor may change, locked. Raises NotPermitted, RoomUnknown."""
    require(actor, permission)
    sites = models.Site.objects.filter(near(actor, permission)).values("id")
    row = models.Room.objects.select_for_update().filter(id=room_id, site_id__in=sites).first()
    if row is None:
        raise RoomUnknown()
    return row


def ambulance_locked(ambulance_id: int, *, actor: Actor, permission: str = MANAGE) -> models.Ambulance:  # fmt: skip
    """An ambulance that an actor may send or change, locked. Raises NotPermitted, AmbulanceUnknown."""
    require(actor, permission)
    rows = models.Ambulance.objects.select_for_update().filter(near(actor, permission))
    row = rows.filter(id=ambulance_id).first()
    if row is None:
        raise AmbulanceUnknown()
    return row


def institution(organization: int, *, actor: Actor, permission: str) -> str:
    """Where an institution stands for which an actor may speak. Raises NotPermitted, InstitutionUnknown."""
    require(actor, permission)
    try:
        found = registry.get_organization(organization_id=organization, actor=actor)
    except OrganizationUnknown:
        raise InstitutionUnknown(organization=organization) from None
    own = any(
        grant.organization == organization and {permission, "*"} & grant.permissions
        for grant in actor.grants
    )
    if not own and not is_permitted(actor, permission, found.division_code):
        raise InstitutionUnknown(organization=organization)
    return found.division_code
