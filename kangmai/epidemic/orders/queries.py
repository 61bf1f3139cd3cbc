"""What orders know: the gate, the orders themselves, their signatures, and what became of their data."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from kangmai.epidemic.orders import holdings, models, rules
from kangmai.epidemic.orders.errors import OrderUnknown
from kangmai.epidemic.orders.gate import (
    Door,
    awake,
    doors,
    emergency_door,
    find_in_force,
    in_force,
    living,
    reading_once,
    require_awake,
)
from kangmai.epidemic.orders.reach import READ
from kangmai.epidemic.orders.reading import all_orders, order_of, orders_from
from kangmai.epidemic.orders.refusals import writes_refusals
from kangmai.epidemic.orders.rulebook import holdings as every_holding
from kangmai.epidemic.orders.rulebook import rule
from kangmai.epidemic.orders.types import (
    ErasureLine,
    Order,
    Phase,
    Proof,
    ProofLine,
    Rule,
    Signature,
    State,
    Treatment,
)
from kangmai.kernel import definitions
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import AccountId, OrganizationId
from kangmai.kernel.words import Words
from kangmai.standards.calendars import legal_day

LARGEST_PAGE = 200


def orders(
    *, phase: Phase | None = None, after: int = 0, limit: int = 50, actor: Actor, at: datetime
) -> list[Order]:
    """Orders, newest first, below serial `after` (0: from the newest). An order is public: everybody who may read sees all.

    Raises:
        NotPermitted
    """
    require(actor, READ)
    rows = models.Order.objects.order_by("-serial")
    if after:
        rows = rows.filter(serial__lt=after)
    found = (order for order in map(order_of, rows.iterator()) if phase in (None, order.phase(at)))
    return [order for order, _ in zip(found, range(min(limit, LARGEST_PAGE)), strict=False)]


def get_order(order_id: UUID, *, actor: Actor) -> Order:
    """One order. Raises NotPermitted, OrderUnknown."""
    require(actor, READ)
    return _order(order_id)


def orders_by_id(ids: Collection[UUID]) -> dict[UUID, Order]:
    """Orders by id, for titles and the mark of drills; nothing personal."""
    return {row.id: order_of(row) for row in models.Order.objects.filter(id__in=ids)}


def orders_by_serial(serials: Collection[int]) -> dict[int, Order]:
    """Orders by serial number, as wide tables carry it."""
    return {row.serial: order_of(row) for row in models.Order.objects.filter(serial__in=serials)}


def public_orders(*, at: datetime) -> tuple[Order, ...]:
    """What the public may read of orders without a login: those signed and not yet erased, newest first."""
    rows = models.Order.objects.filter(state=State.SIGNED.value, erased_at=None)
    found = orders_from(rows.order_by("-serial"))
    return tuple(
        each for each in found if each.phase(at) in (Phase.COMING, Phase.IN_FORCE, Phase.ENDED)
    )


def still_held(*, at: datetime) -> tuple[Order, ...]:
    """Orders that are over and whose data are not yet erased, by serial."""
    return tuple(each for each in all_orders() if each.phase(at) is Phase.ENDED)


def signatures(order_id: UUID, *, actor: Actor) -> tuple[Signature, ...]:
    """The names under an order, in the order in which they came. Raises NotPermitted."""
    require(actor, READ)
    rows = models.Signature.objects.filter(order_id=order_id).order_by("at", "id")
    return tuple(
        Signature(
            AccountId(row.account_id),
            row.role,
            OrganizationId(row.organization_id) if row.organization_id else None,
            row.at,
        )
        for row in rows
    )


def erasure_days(order: Order) -> tuple[tuple[Words, Treatment, date], ...]:
    """What becomes of each table of the mode under an order, and on which day at the earliest."""
    known = all_orders()
    return tuple(
        (each.title, each.treatment, legal_day(_due(order, known, each.after_days)))
        for each in every_holding()
        if each.treatment is not Treatment.KEEP
    )


def _due(order: Order, known: tuple[Order, ...], after_days: int | None) -> datetime:
    days = order.retention_days if after_days is None else min(after_days, order.retention_days)
    return rules.erasure_due(order, known, after_days=days)


def erasure_report(order_id: UUID, *, actor: Actor) -> tuple[ErasureLine, ...]:
    """What became of each table under an order, as counted when it was done. Raises NotPermitted."""
    require(actor, READ)
    titles = {each.table: each.title for each in every_holding()}
    rows = models.ErasedTable.objects.filter(order_id=order_id).order_by("done_at", "id")
    return tuple(
        ErasureLine(
            row.table,
            titles.get(row.table, Words(row.table, row.table)),
            Treatment(row.treatment),
            row.rows,
            row.remaining,
            row.done_at,
        )
        for row in rows
    )


def proof(order_id: UUID, *, actor: Actor) -> Proof:
    """Count now, over every table of the mode, what is held of an order, and which views of the lake read them.

    Raises:
        NotPermitted, OrderUnknown.
    """
    require(actor, READ)
    order = _order(order_id)
    lines = tuple(
        ProofLine(
            each.table,
            each.title,
            each.treatment,
            holdings.count(each, order),
            holdings.remaining(each, order),
        )
        for each in every_holding()
    )
    ending = {each.table for each in every_holding() if each.treatment is not Treatment.KEEP}
    return Proof(lines, _views_reading(ending))


def _views_reading(tables: set[str]) -> tuple[str, ...]:
    """Published views, which fill the lake, whose SQL names a table that ends with its order."""
    return tuple(
        sorted(
            view.id
            for room in definitions.rooms_with("published_view")
            for view in definitions.load(room, "published_view")
            if any(table in view.content["sql"] for table in tables)
        )
    )


def current_rule(*, at: datetime) -> Rule:
    """What orders must satisfy now. Raises UnknownDefinition."""
    return rule(on=legal_day(at))


def _order(order_id: UUID) -> Order:
    row = models.Order.objects.filter(id=order_id).first()
    if row is None:
        raise OrderUnknown()
    return order_of(row)


__all__ = [
    "Door",
    "awake",
    "current_rule",
    "doors",
    "emergency_door",
    "erasure_days",
    "erasure_report",
    "find_in_force",
    "get_order",
    "in_force",
    "living",
    "orders",
    "orders_by_id",
    "orders_by_serial",
    "proof",
    "public_orders",
    "reading_once",
    "require_awake",
    "signatures",
    "still_held",
    "writes_refusals",
]
