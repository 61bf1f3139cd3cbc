"""The figures of an order as they stand, and the card behind each."""

from datetime import datetime
from uuid import UUID

from kangmai.epidemic.bulletin import rules, sheets
from kangmai.epidemic.bulletin.errors import FigureUnknown
from kangmai.epidemic.bulletin.queries.bulletins import get_bulletin
from kangmai.epidemic.bulletin.reach import READ, areas_of, order_here
from kangmai.epidemic.bulletin.types import Card, Sheet
from kangmai.epidemic.orders.queries import emergency_door, require_awake
from kangmai.epidemic.orders.types import Order, Purpose
from kangmai.kernel.actor import Actor, require
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import city, city_code_of


@emergency_door(Purpose.BULLETIN)
def my_orders(*, actor: Actor, at: datetime) -> tuple[Order, ...]:
    """The orders in force for command and bulletins that reach the actor's places. Raises NoOrderInForce, NotPermitted."""
    require(actor, READ)
    found = require_awake(Purpose.BULLETIN, at=at)
    return tuple(each for each in found if areas_of(each, actor))


@emergency_door(Purpose.BULLETIN)
def figures(order_id: UUID, *, actor: Actor, at: datetime) -> Sheet:
    """All figures of an order in the actor's part of its area, as they stand now.

    Raises:
        NoOrderInForce, NotPermitted, OrderNotHere.
    """
    order, areas = order_here(order_id, actor=actor, at=at)
    return sheets.make(order, areas, at=at)


@emergency_door(Purpose.BULLETIN)
def card(order_id: UUID, figure: str, *, actor: Actor, at: datetime) -> Card:
    """One figure as it stands now, with the counties or towns that add up to it.

    Raises:
        NoOrderInForce, NotPermitted, OrderNotHere, FigureUnknown.
    """
    order, areas = order_here(order_id, actor=actor, at=at)
    found = rules.rule(on=legal_day(at))
    if figure not in found.figures:
        raise FigureUnknown(figure=figure[:32])
    sheet = sheets.make(order, areas, at=at)
    line = sheet.line(figure)
    assert line is not None  # every figure of the rule has its line
    of = found.figures[figure]
    inside = [part for each in areas for part in _parts(each)]
    parts = sheets.parts(of, order, inside, at=at) if line.now.value is not None else []
    return Card(sheet, line, of, tuple(parts), found.source, found.is_verified)


@emergency_door(Purpose.BULLETIN)
def frozen_card(bulletin_id: UUID, figure: str, *, actor: Actor, at: datetime) -> Card:
    """One figure as a bulletin states it. Raises NoOrderInForce, NotPermitted, BulletinUnknown, FigureUnknown."""
    of = get_bulletin(bulletin_id, actor=actor, at=at)
    found = rules.rule(on=of.sheet.rule_from)
    line = of.sheet.line(figure)
    if line is None or figure not in found.figures:
        raise FigureUnknown(figure=figure[:32])
    return Card(of.sheet, line, found.figures[figure], (), found.source, found.is_verified)


def _parts(area: str) -> list[str]:
    """The divisions right below one, or nothing at the lowest."""
    home = city_code_of(area)
    below = city(home).children(area) if home else ()
    return [each.code for each in below]
