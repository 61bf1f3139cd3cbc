"""Whom an actor's grants let near which round, site, box and laboratory: one condition for every list and write."""

from collections.abc import Iterable

from django.db.models import Q

from kangmai.epidemic.nucleic_acid import models
from kangmai.epidemic.nucleic_acid.errors import RoundUnknown, SiteUnknown
from kangmai.kernel.actor import Actor, Grant, NotPermitted, is_permitted, require, subtree

READ = "testing.read"
PLAN = "testing.plan"
SAMPLE = "testing.sample"
BENCH = "testing.bench"
REVIEW = "testing.review"
FOLLOW = "testing.follow"
OWN = "own.record"


def grants(actor: Actor, *permissions: str) -> Iterable[Grant]:
    """The grants that hold one of some permissions."""
    return (each for each in actor.grants if {*permissions, "*"} & each.permissions)


def institutions(actor: Actor, *permissions: str) -> frozenset[int]:
    """The institutions in which an actor holds one of some permissions."""
    return frozenset(
        each.organization for each in grants(actor, *permissions) if each.organization is not None
    )


def near(actor: Actor, *permissions: str, prefix: str = "") -> Q:
    """Rows with `place_code` and `organization_id` that lie in the actor's places or institutions."""
    own = Q(**{f"{prefix}organization_id__in": institutions(actor, *permissions)})
    return own | lives_near(actor, *permissions, prefix=prefix)


def lives_near(actor: Actor, *permissions: str, prefix: str = "") -> Q:
    """Rows with `place_code` that lie in the actor's places."""
    found = Q(pk__in=())
    low, high = f"{prefix}place_code__gte", f"{prefix}place_code__lt"
    for grant in grants(actor, *permissions):
        for place in grant.places:
            found |= Q(**{low: place.low, high: place.high})
    return found


def covers(actor: Actor, permission: str, place_code: str, organization: int | None) -> bool:
    """Whether an actor holds a permission at a place or in an institution."""
    return any(
        grant.organization == organization is not None
        or any(place.covers(place_code) for place in grant.places)
        for grant in grants(actor, permission)
    )


def require_near(actor: Actor, permission: str, place_code: str, organization: int | None) -> None:
    """Let pass an actor who holds a permission at a place or in an institution. Raises NotPermitted."""
    require(actor, permission)
    if not covers(actor, permission, place_code, organization):
        raise NotPermitted(permission=permission)


def touches(actor: Actor, areas: Iterable[str], *permissions: str) -> bool:
    """Whether a round in some areas concerns an actor: his places lie in it, or it in them."""
    ranges = [place for grant in grants(actor, *permissions) for place in grant.places]
    return any(
        place.low < area.high and area.low < place.high
        for area in map(subtree, areas)
        for place in ranges
    )


ANY = (READ, PLAN, SAMPLE, BENCH, REVIEW, FOLLOW)


def get_round(round_id: int, *, actor: Actor) -> models.Round:
    """A round that concerns the actor: of his places, his institution, or with a site of his.

    Raises:
        NotPermitted, RoundUnknown.
    """
    if not any(is_permitted(actor, each) for each in ANY):
        raise NotPermitted(permission=READ)
    row = models.Round.objects.filter(id=round_id).first()
    if row is None or not sees_round(row, actor):
        raise RoundUnknown()
    return row


def sees_round(row: models.Round, actor: Actor) -> bool:
    """Whether a round concerns an actor."""
    own = institutions(actor, *ANY)
    return (
        row.organization_id in own
        or touches(actor, row.areas, *ANY)
        or models.Site.objects.filter(
            Q(organization_id__in=own) | Q(laboratory_id__in=own), round=row
        ).exists()
    )


def get_site(site_id: int, *, permission: str, actor: Actor) -> models.Site:
    """A site at which the actor holds a permission. Raises NotPermitted, SiteUnknown."""
    require(actor, permission)
    row = models.Site.objects.select_related("round").filter(id=site_id).first()
    if row is None or not covers(actor, permission, row.place_code, row.organization_id):
        raise SiteUnknown()
    return row
