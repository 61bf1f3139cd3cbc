"""Births inside what the actor may see."""

from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from kangmai.kernel.actor import Actor, is_permitted, require
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.births import models
from kangmai.programmes.births.reach import OWN, READ, near, own, seen
from kangmai.programmes.births.reading import birth_of, births_of
from kangmai.programmes.births.types import Birth, Show

MOST = 1000


def get_birth(birth_id: UUID, *, actor: Actor) -> Birth:
    """A birth near the actor, or his own. Raises BirthNotFound."""
    return birth_of(seen(birth_id, actor=actor))


def find_birth_of(child: ResidentId, *, actor: Actor) -> Birth | None:
    """The birth of a child, where the actor may see it."""
    row = models.Birth.objects.filter(near(actor) | own(actor), child_id=child).first()
    return birth_of(row) if row else None


def search_births(
    *,
    show: Show,
    number: str = "",
    after: UUID | None = None,
    limit: int = 20,
    on: date,
    actor: Actor,
) -> list[Birth]:
    """A page of births, newest first; `after` is the last of the page before. Raises NotPermitted."""
    rows = _shown(show, number, on, actor)
    if after:
        rows = rows.filter(id__lt=after)
    return births_of(rows.order_by("-id")[:limit])


def count_births(*, on: date, actor: Actor) -> dict[Show, int]:
    """How many stand in each list, up to 1,000. Raises NotPermitted."""
    return {each: _shown(each, "", on, actor)[:MOST].count() for each in Show}


def _shown(show: Show, number: str, on: date, actor: Actor) -> QuerySet[models.Birth]:
    require(actor, READ)
    rows = models.Birth.objects.filter(near(actor))
    if number:
        rows = rows.filter(certificates__blank=number.upper())
    match show:
        case Show.UNCERTIFIED:
            return rows.filter(is_certified=False)
        case Show.LATE:
            return rows.filter(late_from__lte=on)
        case Show.RUNNING:
            return rows.filter(Q(late_from__isnull=False))
        case Show.ALL:
            return rows


def own_births(*, actor: Actor) -> list[Birth]:
    """The births of a mother's children, or the child's own, newest first. Raises NotPermitted."""
    if not is_permitted(actor, OWN):
        require(actor, OWN)
    return births_of(models.Birth.objects.filter(own(actor)).order_by("-id")[:20])
