"""The figures that lead: on the cockpit with how they moved, on the start page of who answers for a county or the city."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict

from kangmai.analytics import queries, rules
from kangmai.analytics.rules import Indicator
from kangmai.kernel.actor import Actor
from kangmai.portal.indicators import asking, presenters
from kangmai.portal.indicators.asking import Asked
from kangmai.portal.indicators.presenters import Tile
from kangmai.standards.calendars import legal_day
from kangmai.standards.division_codes import Level, level_of

LEADING = (Level.PREFECTURE, Level.COUNTY)


@dataclass(frozen=True, slots=True)
class Headlines:
    """Leading figures of an area that have a value."""

    area: str
    period: str
    tiles: tuple[Tile, ...]
    address: str


def in_force(asked: Asked, at: datetime) -> list[Indicator]:
    """The indicators of the period in the order of their groups."""
    found = queries.indicators(on=min(legal_day(at), asked.period.latest_day))
    order = {each.id: n for n, each in enumerate(rules.groups())}
    return sorted(found, key=lambda each: (order[each.group], each.id))


def on_start_page(actor: Actor, at: datetime) -> Headlines | None:
    """What the start page shows; None for who answers for no county or city, and before anything was gathered."""
    area = queries.area_of(actor)
    if not area or level_of(area) not in LEADING or queries.cutoff() is None:
        return None
    asked = asking.asked(QueryDict(), actor=actor, at=at)
    tiles = tuple(each for each in _tiles(asked, actor, at) if each.has_value)
    name, period = presenters.area_name(asked.area), asking.named(asked.period)
    return Headlines(name, period, tiles, asked.address("cockpit", by="")) if tiles else None


def _tiles(asked: Asked, actor: Actor, at: datetime) -> Iterator[Tile]:
    for rule in in_force(asked, at):
        if rule.is_followed and rule.counts(asked.period):
            now = queries.compute(indicator=rule.id, period=asked.period, area=asked.area, actor=actor)  # fmt: skip
            address = asked.address("indicator", rule.id, by="")
            yield presenters.tile(rule, now, None, None, address)
