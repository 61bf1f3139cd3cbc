"""The steps that every action of orders shares: one at a time, audit, announce."""

from datetime import datetime

from django.db import connection

from kangmai.epidemic.orders import models
from kangmai.kernel import audit, feed
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import unit_of_work


def hold_register() -> None:
    """Wait until nobody else changes orders: whether two of them collide is decided one at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('orders.register'))")


def write_down(
    row: models.Order, event: str, *, reason: str = "", actor: Actor, at: datetime
) -> None:
    """Audit a deed and announce it."""
    with unit_of_work() as database:
        audit.record(
            database,
            actor=actor,
            at=at,
            action=event,
            object_type="EmergencyOrder",
            object_id=str(row.id),
            reason=reason,
        )
        feed.announce(
            database,
            kind=event,
            key=str(row.id),
            data={"number": row.number, "serial": row.serial, "drill": row.is_drill},
            at=at,
        )
