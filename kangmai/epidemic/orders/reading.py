"""Orders as they stand in their table."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import psycopg

from kangmai.epidemic.orders import models
from kangmai.epidemic.orders.types import Order, Purpose, State
from kangmai.kernel.connections import reading
from kangmai.kernel.ids import AccountId

_FIELDS = tuple(field.attname for field in models.Order._meta.concrete_fields)
_STANDING = f"""
SELECT {", ".join(field.column for field in models.Order._meta.concrete_fields)} FROM orders_order
WHERE state = %s AND starts_at <= %s AND ends_at > %s ORDER BY serial"""
"""A prepared statement, since every door asks it, for a scan a time: the ORM costs more than the answer."""


def standing_at(at: datetime) -> tuple[Order, ...]:
    """Signed orders that began and did not reach their end at an instant, by serial."""
    with reading() as database:
        asked = psycopg.Cursor(database).execute(_STANDING, [State.SIGNED.value, at, at])
        rows = asked.fetchall()
    return orders_from(models.Order.from_db(None, _FIELDS, row) for row in rows)


def orders_from(rows: Iterable[models.Order]) -> tuple[Order, ...]:
    """Rows as the rest of the house sees them."""
    return tuple(map(order_of, rows))


def all_orders() -> tuple[Order, ...]:
    """Every order there is, by serial: a city gives a few in a year."""
    return orders_from(models.Order.objects.order_by("serial"))


def order_of(row: models.Order) -> Order:
    """A row as the rest of the house sees it."""
    extends: UUID | None = row.extends_id
    return Order(
        id=row.id,
        serial=row.serial,
        number=row.number,
        title=row.title,
        disease=row.disease,
        purposes=frozenset(map(Purpose, row.purposes)),
        areas=tuple(row.areas),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        edition=row.edition,
        basis=row.basis,
        is_drill=row.is_drill,
        state=State(row.state),
        extends=extends,
        retention_days=row.retention_days,
        proposed_by=AccountId(row.proposed_by),
        proposed_at=row.proposed_at,
        ended_at=row.ended_at,
        reason=row.reason,
        erased_at=row.erased_at,
        version=row.version,
    )
