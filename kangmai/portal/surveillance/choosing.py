"""Towns and places as people choose them: nobody knows their codes by heart."""

from kangmai.kernel.actor import Actor, is_permitted
from kangmai.portal.shell import area
from kangmai.registry import queries as registry
from kangmai.registry.types import OrganizationKind
from kangmai.standards.divisions import Level

MOST = 200
"""Names that a field proposes of a kind in an area; others are written by their code."""

COUNTY_DIGITS = 6
REPORTING = (
    OrganizationKind.HOSPITAL,
    OrganizationKind.TOWNSHIP_HOSPITAL,
    OrganizationKind.COMMUNITY_CENTRE,
    OrganizationKind.LABORATORY,
)

Group = tuple[str, list[tuple[str, str]]]
"""A county, and its towns by code and name."""


def towns(actor: Actor, permission: str = "") -> list[Group]:
    """The towns for which somebody may speak, by county; without a permission all of the city."""
    city = area.home_city(actor)
    if city is None:
        return []
    found = [
        each
        for each in city.at_level(Level.TOWN)
        if not permission or is_permitted(actor, permission, each.code)
    ]
    return [
        (area.name(county), inside)
        for county in area.counties(city)
        if (inside := [(t.code, area.name(t)) for t in found if t.code[:6] == county.code])
    ]


def places(actor: Actor, permission: str) -> list[tuple[str, str]]:
    """Schools and other places, then institutions that report counts: code, and name with its town."""
    if not is_permitted(actor, "registry.read"):
        return []
    found = registry.choices(
        divisions=_areas(actor, permission), kinds=REPORTING, most=MOST, actor=actor
    )
    return [(each.code, f"{each.name} · {area.path(each.division_code[:9])}") for each in found]


def _areas(actor: Actor, permission: str) -> list[str]:
    """The places that the right is held in, a city as its counties."""
    city = area.home_city(actor)
    own = {
        place.low
        for grant in actor.grants
        if permission in grant.permissions
        for place in grant.places
    }
    is_city = city is not None and any(len(low) < COUNTY_DIGITS for low in own)
    return [each.code for each in area.counties(city)] if is_city and city else sorted(own)
