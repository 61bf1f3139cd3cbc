"""Which orders, and which parts of their areas, an actor sees figures of; and in which role he signs."""

from datetime import datetime
from uuid import UUID

from kangmai.epidemic.bulletin import models
from kangmai.epidemic.bulletin.errors import (
    BulletinUnknown,
    NotTheWholeArea,
    OrderNotHere,
    RoleMissing,
)
from kangmai.epidemic.orders import queries as orders
from kangmai.epidemic.orders.types import Order, Phase
from kangmai.kernel.actor import Actor, Grant, PlaceRange, is_permitted, require, subtree
from kangmai.standards.divisions import find_division

READ = "bulletin.read"
DRAFT = "bulletin.draft"
ISSUE = "bulletin.issue"
RELEASE = "bulletin.release"
PREFECTURE_DIGITS = 4


def order_here(order_id: UUID, *, actor: Actor, at: datetime) -> tuple[Order, tuple[str, ...]]:
    """An order in force with the parts of its area that an actor sees. Raises NotPermitted, OrderNotHere."""
    require(actor, READ)
    found = orders.orders_by_id([order_id]).get(order_id)
    if found is None or found.phase(at) is not Phase.IN_FORCE:
        raise OrderNotHere()
    areas = areas_of(found, actor)
    if not areas:
        raise OrderNotHere()
    return found, areas


def areas_of(order: Order, actor: Actor) -> tuple[str, ...]:
    """The parts of an order's area in which an actor sees figures: the whole, or his own places inside it."""
    found: list[str] = []
    for area in order.areas:
        if is_permitted(actor, READ, _inner(area)):
            found.append(area)
            continue
        whole = subtree(area)
        found += [
            code
            for grant in actor.grants
            if {READ, "*"} & grant.permissions
            for place in grant.places
            if whole.low <= place.low and place.high <= whole.high and (code := _code(place))
        ]
    return tuple(dict.fromkeys(found))


def _inner(area: str) -> str:
    """The code by which a range covers an area: that of a city is shortened to what all its parts begin with."""
    return subtree(area).low


def _code(place: PlaceRange) -> str:
    code = f"{place.low}00" if len(place.low) == PREFECTURE_DIGITS else place.low
    return code if code.isdecimal() and find_division(code) is not None else ""


def chain(order: Order) -> tuple[UUID, ...]:
    """An order and those that it extends: what began under them is counted on."""
    found = [order.id]
    extended = order.extends
    while extended is not None and extended not in found:
        found.append(extended)
        before = orders.orders_by_id([extended]).get(extended)
        extended = before.extends if before else None
    return tuple(found)


def require_whole(order: Order, permission: str, actor: Actor) -> None:
    """Let pass who holds a permission in every area of an order. Raises NotPermitted, NotTheWholeArea."""
    require(actor, permission)
    if not all(is_permitted(actor, permission, _inner(area)) for area in order.areas):
        raise NotTheWholeArea()


def signing_grant(actor: Actor, permission: str, roles: tuple[str, ...]) -> Grant:
    """The role in which somebody drafts or signs. Raises RoleMissing."""
    for grant in actor.grants:
        if grant.role in roles and {permission, "*"} & grant.permissions:
            return grant
    raise RoleMissing(roles=", ".join(roles))


def bulletin_locked(
    bulletin_id: UUID, *, permission: str, actor: Actor, at: datetime
) -> tuple[models.Bulletin, Order]:
    """A bulletin of an order in force, locked. Raises NotPermitted, BulletinUnknown, NotTheWholeArea."""
    require(actor, permission)
    row = models.Bulletin.objects.select_for_update().filter(id=bulletin_id).first()
    if row is None:
        raise BulletinUnknown()
    try:
        order, _areas = order_here(row.order_id, actor=actor, at=at)
    except OrderNotHere:
        raise BulletinUnknown() from None
    require_whole(order, permission, actor)
    return row, order
