"""Schools, nurseries, care homes and work sites, and their classes."""

from collections.abc import Collection
from datetime import date

from kangmai.kernel.actor import Actor, require
from kangmai.registry import models, rules
from kangmai.registry.errors import (
    PlaceUnknown,
)
from kangmai.registry.paging import page
from kangmai.registry.queries.filters import on_day, searched
from kangmai.registry.types import (
    Page,
    Place,
    PlaceClass,
)
from kangmai.registry.values import value_of


def get_place(*, place_id: int, actor: Actor) -> Place:
    """The place of this id. Raises PlaceUnknown, NotPermitted."""
    require(actor, rules.READ)
    row = models.Place.objects.filter(pk=place_id).first()
    if row is None:
        raise PlaceUnknown(place=place_id)
    return value_of(Place, row)


def search_places(
    *,
    text: str = "",
    kind: str = "",
    division: str = "",
    include_closed: bool = False,
    after: str = "",
    limit: int = 50,
    actor: Actor,
) -> Page[Place]:
    """Places by name, sorted by pinyin; arguments as of `search_organizations`."""
    require(actor, rules.READ)
    rows = searched(models.Place.objects.all(), text, kind, division, include_closed)
    return page(rows, after=after, limit=limit, present=lambda row: value_of(Place, row))


def classes(*, place_id: int, on: date, actor: Actor) -> tuple[PlaceClass, ...]:
    """The classes of a place on a day, by grade and name."""
    require(actor, rules.READ)
    rows = models.PlaceClass.objects.filter(on_day(on), place_id=place_id)
    return tuple(value_of(PlaceClass, row) for row in rows.order_by("grade", "name", "id"))


def places_by_code(*, codes: Collection[str], actor: Actor) -> dict[str, tuple[int, str]]:
    """Id and division of open places by their codes. Raises NotPermitted."""
    require(actor, rules.READ)
    rows = models.Place.objects.filter(code__in=codes, closed_on=None)
    return {
        code: (id, division)
        for code, id, division in rows.values_list("code", "id", "division_code")
    }


def places_by_id(*, ids: Collection[int], actor: Actor) -> dict[int, Place]:
    """Places by id. Raises NotPermitted."""
    require(actor, rules.READ)
    return {row.pk: value_of(Place, row) for row in models.Place.objects.filter(pk__in=ids)}
