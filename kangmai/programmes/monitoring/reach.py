"""Whose cards an actor may see and change: those of his institutions and places."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from kangmai.kernel.actor import Actor, Grant, NotPermitted, require
from kangmai.programmes.monitoring import models
from kangmai.programmes.monitoring.errors import CardNotFound
from kangmai.registry import queries as registry

READ = "monitoring.read"
REPORT = "monitoring.report"
CHECK = "monitoring.check"
ASSESS = "monitoring.assess"
CITY_DIGITS = 4


def grants(actor: Actor, permission: str) -> list[Grant]:
    """The grants by which an actor has a permission."""
    return [each for each in actor.grants if {permission, "*"} & each.permissions]


def near(actor: Actor, permission: str, prefix: str = "") -> Q:
    """The cards of an actor's institution, and of his places where he checks or assesses.

    Who only reports sees the cards that his institution wrote, and nobody's else: deaths and defects
    of the place are not his to know.
    """
    found = Q(pk__in=[])
    for grant in grants(actor, permission):
        if grant.organization is not None and permission != ASSESS:
            found |= Q(**{f"{prefix}organization": grant.organization})
        if permission != REPORT and {CHECK, ASSESS, "*"} & grant.permissions:
            for place in grant.places:
                low, high = f"{prefix}place_code__gte", f"{prefix}place_code__lt"
                found |= Q(**{low: place.low, high: place.high})
    return found


def desk(actor: Actor) -> tuple[int, str]:
    """The institution at which somebody reports, and where it stands. Raises NotPermitted."""
    require(actor, REPORT)
    found = next((each.organization for each in grants(actor, REPORT) if each.organization), None)
    if found is None:
        raise NotPermitted(permission=REPORT)
    division, _jurisdiction = registry.codes_of_place(organization_id=found)
    return found, division


def works_at(actor: Actor, organization: int) -> bool:
    """Whether an actor belongs to an institution."""
    return any(each.organization == organization for each in actor.grants)


def is_city(actor: Actor, place_code: str) -> bool:
    """Whether an actor checks for the whole city that a place lies in."""
    places = (place for each in grants(actor, CHECK) for place in each.places)
    return any(each.covers(place_code) and len(each.low) <= CITY_DIGITS for each in places)


def locked(card_id: UUID, permission: str, *, actor: Actor) -> models.Card:
    """A card near the actor, locked; correcting is for the institution that wrote it.

    Raises:
        NotPermitted, CardNotFound
    """
    require(actor, permission)
    rows = models.Card.objects.select_for_update()
    row = rows.filter(near(actor, permission), pk=card_id).first()
    if row is None:
        raise CardNotFound()
    return row


def county_desk(organization: int) -> int:
    """Who checks the cards of an institution: the county's maternal and child hospital, else the city's."""
    above = registry.overseers(organization_ids=[organization], kinds=["maternal_child"])
    levels: Sequence[str] = ("county", "city")
    found = (above.get((organization, level, "maternal_child")) for level in levels)
    return next(filter(None, found), organization)
