"""What the clock does with orders: announce that they are over, and erase what was held under them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.orders import events, holdings, models, rules
from kangmai.epidemic.orders.errors import NotInThisPhase, OrderUnknown
from kangmai.epidemic.orders.reach import END, require_over
from kangmai.epidemic.orders.reading import all_orders, order_of
from kangmai.epidemic.orders.rulebook import holdings as every_holding
from kangmai.epidemic.orders.types import Holding, Order, Phase, State, Treatment
from kangmai.epidemic.orders.writing import hold_register, write_down
from kangmai.kernel.actor import Actor, operator

CLOCK = operator("orders.clock", permissions=("orders.end",))


def settle(*, at: datetime) -> int:
    """Announce orders whose end came, and erase what is due; safe to call as often as one likes.

    Returns:
        how many tables were treated.
    """
    for row in models.Order.objects.filter(
        state=State.SIGNED.value, is_told=False, ends_at__lte=at
    ).order_by("serial"):
        _tell(row.id, at)
    due = [each for each in all_orders() if each.phase(at) is Phase.ENDED]
    return sum(_erase_due(each, CLOCK, at) for each in due)


def erase_now(*, order_id: UUID, actor: Actor, at: datetime) -> int:
    """Erase at once what is held under an order that is over with all that extend it, before the schedule.

    Raises:
        NotPermitted, OrderUnknown, NotInThisPhase.
    """
    row = models.Order.objects.filter(id=order_id).first()
    if row is None:
        raise OrderUnknown()
    require_over(actor, END, tuple(row.areas))
    order = order_of(row)
    is_over = rules.chain_over_at(order, all_orders()) <= at
    if order.phase(at) is not Phase.ENDED or not is_over:
        raise NotInThisPhase(number=order.number, phase=order.phase(at).value)
    return _erase_due(order, actor, at, is_early=True)


def _tell(order_id: UUID, at: datetime) -> None:
    with transaction.atomic():
        row = models.Order.objects.select_for_update().get(id=order_id)
        if row.is_told:
            return
        row.is_told, row.version = True, row.version + 1
        row.save(update_fields=["is_told", "version"])
        write_down(row, events.ENDED, actor=CLOCK, at=at)


def _erase_due(order: Order, actor: Actor, at: datetime, *, is_early: bool = False) -> int:
    """Treat the tables whose day has come, each in a transaction of its own, so that a crash loses none."""
    known = all_orders()
    done = set(models.ErasedTable.objects.filter(order_id=order.id).values_list("table", flat=True))
    treated = 0
    for holding in every_holding():
        due = rules.erasure_due(order, known, after_days=_after_days(holding, order))
        if holding.table not in done and (is_early or due <= at):
            _treat(holding, order, at)
            treated += 1
            done.add(holding.table)
    if done >= {each.table for each in every_holding()}:
        _close(order, actor, at)
    return treated


def _after_days(holding: Holding, order: Order) -> int:
    """Days after the end: the order's own, where the table does not say fewer; what is kept is counted last."""
    if holding.treatment is Treatment.KEEP or holding.after_days is None:
        return order.retention_days
    return min(holding.after_days, order.retention_days)


def _treat(holding: Holding, order: Order, at: datetime) -> None:
    with transaction.atomic():
        hold_register()
        rows = holdings.treat(holding, order)
        models.ErasedTable.objects.create(
            order_id=order.id,
            table=holding.table,
            treatment=holding.treatment.value,
            rows=rows,
            remaining=holdings.remaining(holding, order),
            done_at=at,
        )


def _close(order: Order, actor: Actor, at: datetime) -> None:
    with transaction.atomic():
        row = models.Order.objects.select_for_update().get(id=order.id)
        if row.erased_at is not None:
            return
        row.erased_at, row.version = at, row.version + 1
        row.save(update_fields=["erased_at", "version"])
        write_down(row, events.ERASED, actor=actor, at=at)
