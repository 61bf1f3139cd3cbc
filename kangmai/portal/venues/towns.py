"""Towns as people choose them in a form: by county, where an order is in force."""

from collections.abc import Iterable
from datetime import datetime

from kangmai.epidemic.orders import queries as orders
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import Actor, PlaceRange, subtree
from kangmai.portal.shell import area
from kangmai.portal.shell.choices import Choice
from kangmai.standards.divisions import Division, Level, city, city_code_of

Group = tuple[str, tuple[Choice, ...]]
"""A county and its towns."""


def towns(
    purpose: Purpose, *, chosen: str = "", actor: Actor | None = None, at: datetime
) -> tuple[Group, ...]:
    """Towns of the areas of the orders in force, of an actor's places only where one asks.

    Args:
        chosen: a town or village that is in the form already; kept whatever it is. Who works in a single town
            need not choose it.
    """
    ordered = [code for each in orders.require_awake(purpose, at=at) for code in each.areas]
    reach = [subtree(code) for code in ordered]
    own = None if actor is None else [each for grant in actor.grants for each in grant.places]
    found = [
        each for each in _towns_of(ordered) if _in(each, reach) and (own is None or _in(each, own))
    ]
    if actor is not None and not chosen and len(found) == 1:
        chosen = found[0].code
    groups: dict[str, list[Choice]] = {}
    for each in found:
        label = area.name(each)
        groups.setdefault(area.path(each.code[:6]), []).append(
            Choice(each.code, label, each.code == chosen)
        )
    if chosen and all(each.code != chosen for each in found):
        groups = {"": [Choice(chosen, area.path(chosen), True)], **groups}
    return tuple((county, tuple(some)) for county, some in groups.items())


def _towns_of(codes: Iterable[str]) -> list[Division]:
    cities = {home for home in map(city_code_of, codes) if home}
    found = [each for home in cities for each in city(home).at_level(Level.TOWN)]
    return sorted(found, key=lambda each: each.code)


def _in(division: Division, ranges: Iterable[PlaceRange]) -> bool:
    """Whether a town lies in one of some ranges, or one of them in it: a village's doctor sees his town."""
    inside = subtree(division.code)
    return any(each.low < inside.high and inside.low < each.high for each in ranges)
