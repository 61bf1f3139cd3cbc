"""What teams ask of orders: they need none, but what names one must name one that holds, and a drill needs a drill order."""

from datetime import datetime
from uuid import UUID

from kangmai.epidemic.orders import queries as orders
from kangmai.epidemic.orders.types import Order, Phase
from kangmai.epidemic.teams.errors import DrillOrderNeeded, OrderNotInForce
from kangmai.kernel.actor import subtree


def _holding(order_id: UUID, place: str, at: datetime) -> Order | None:
    found = orders.orders_by_id([order_id]).get(order_id)
    if found is None or found.phase(at) is not Phase.IN_FORCE:
        return None
    return found if any(subtree(area).covers(place) for area in found.areas) else None


def require_in_force(order_id: UUID | None, place: str, at: datetime) -> None:
    """Let pass what names no order, or one that is in force at the place. Raises OrderNotInForce."""
    if order_id is not None and _holding(order_id, place, at) is None:
        raise OrderNotInForce()


def require_drill_order(order_id: UUID, place: str, at: datetime) -> Order:
    """The drill order under which something is drilled at a place. Raises DrillOrderNeeded."""
    found = _holding(order_id, place, at)
    if found is None or not found.is_drill:
        raise DrillOrderNeeded()
    return found
