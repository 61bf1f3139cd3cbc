"""Sign an order, refuse it, or end it before its time."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.orders import events, models, rules
from kangmai.epidemic.orders.errors import (
    DrillDuringOrder,
    NotInThisPhase,
    PeriodWrong,
    ReasonMissing,
    SecondRoleNeeded,
    SignsTwice,
)
from kangmai.epidemic.orders.reach import END, SIGN, locked
from kangmai.epidemic.orders.reading import all_orders, order_of
from kangmai.epidemic.orders.rulebook import rule
from kangmai.epidemic.orders.types import Order, Phase, State
from kangmai.epidemic.orders.writing import hold_register, write_down
from kangmai.kernel.actor import Actor, Grant, NotPermitted
from kangmai.standards.calendars import legal_day

SIGNATURES = 2
OVERTAKEN = "正式命令生效，演练自动终止 / ended by an order in earnest"


def sign(*, order_id: UUID, expected_version: int, actor: Actor, at: datetime) -> Order:
    """Put one's name under an order; with the second role's it wakes the mode at its start.

    A drill that an order in earnest overtakes ends at that order's start.

    Raises:
        NotPermitted, OrderUnknown, OrderChanged, NotInThisPhase, SignsTwice, SecondRoleNeeded,
        DrillDuringOrder, PeriodWrong (the end has passed).
    """
    with transaction.atomic():
        hold_register()
        row = locked(order_id, expected_version, SIGN, actor)
        order = order_of(row)
        _require_phase(order, Phase.DRAFT, at)
        if order.ends_at <= at:
            raise PeriodWrong()
        grant = _signing_grant(actor, at)
        _require_other(row, grant, actor)
        row.signatures.create(
            account_id=actor.account, role=grant.role, organization_id=grant.organization, at=at
        )
        row.version += 1
        if row.signatures.count() >= SIGNATURES:
            _wake(row, actor, at)
        row.save(update_fields=["state", "version"])
        write_down(row, events.SIGNED, actor=actor, at=at)
    return order_of(row)


def refuse(
    *, order_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Order:
    """Refuse to sign, with a reason; a new order must be proposed.

    Raises:
        NotPermitted, OrderUnknown, OrderChanged, NotInThisPhase, ReasonMissing.
    """
    _require_reason(reason)
    with transaction.atomic():
        row = locked(order_id, expected_version, SIGN, actor)
        _require_phase(order_of(row), Phase.DRAFT, at)
        row.state, row.reason, row.version = (
            State.REFUSED.value,
            reason.strip()[:300],
            row.version + 1,
        )
        row.save(update_fields=["state", "reason", "version"])
        write_down(row, events.REFUSED, reason=row.reason, actor=actor, at=at)
    return order_of(row)


def end(*, order_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime) -> Order:
    """End an order before its time: codes stop at once, and the clock of erasure begins. One person suffices.

    Raises:
        NotPermitted, OrderUnknown, OrderChanged, NotInThisPhase, ReasonMissing.
    """
    _require_reason(reason)
    with transaction.atomic():
        hold_register()
        row = locked(order_id, expected_version, END, actor)
        if (phase := order_of(row).phase(at)) not in (Phase.IN_FORCE, Phase.COMING):
            raise NotInThisPhase(number=row.number, phase=phase.value)
        _put_end(row, reason, at, actor, at)
    return order_of(row)


def _put_end(
    row: models.Order, reason: str, ended_at: datetime, actor: Actor, at: datetime
) -> None:
    row.ended_at, row.ended_by, row.reason = ended_at, actor.account, reason.strip()[:300]
    row.version, row.is_told = row.version + 1, True
    row.save(update_fields=["ended_at", "ended_by", "reason", "is_told", "version"])
    write_down(row, events.ENDED, reason=row.reason, actor=actor, at=at)


def _wake(row: models.Order, actor: Actor, at: datetime) -> None:
    """The order is signed whole: drills and orders in earnest never share a place and a purpose."""
    row.state = State.SIGNED.value
    order = order_of(row)
    others = [
        each
        for each in all_orders()
        if each.id != order.id
        and each.is_drill != order.is_drill
        and each.state is State.SIGNED
        and rules.overlap(each, order)
    ]
    if order.is_drill and others:
        raise DrillDuringOrder(number=others[0].number)
    for drill in others:
        overtaken = models.Order.objects.select_for_update().get(id=drill.id)
        _put_end(overtaken, OVERTAKEN, max(order.starts_at, at), actor, at)


def _signing_grant(actor: Actor, at: datetime) -> Grant:
    """The role in which somebody signs. Raises NotPermitted."""
    roles = rule(on=legal_day(at)).signing_roles
    for grant in actor.grants:
        if grant.role in roles and {SIGN, "*"} & grant.permissions:
            return grant
    raise NotPermitted(permission=SIGN)


def _require_other(row: models.Order, grant: Grant, actor: Actor) -> None:
    for each in row.signatures.all():
        if each.account_id == actor.account:
            raise SignsTwice()
        if each.role == grant.role:
            raise SecondRoleNeeded(role=grant.role)


def _require_phase(order: Order, phase: Phase, at: datetime) -> None:
    if order.phase(at) is not phase:
        raise NotInThisPhase(number=order.number, phase=order.phase(at).value)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing()
