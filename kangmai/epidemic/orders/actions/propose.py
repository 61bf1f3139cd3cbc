"""Propose an order: nothing wakes before two roles have signed it."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from kangmai.epidemic.orders import events, models, rules
from kangmai.epidemic.orders.errors import ExtensionUnfit, OrderKeyReused, OrderUnknown
from kangmai.epidemic.orders.reach import PROPOSE, require_over
from kangmai.epidemic.orders.reading import order_of
from kangmai.epidemic.orders.rulebook import rule
from kangmai.epidemic.orders.types import Draft, Order, State
from kangmai.epidemic.orders.writing import hold_register, write_down
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day


def propose(*, draft: Draft, key: str, actor: Actor, at: datetime) -> Order:
    """Write an order down for signing; the same key again returns the first one.

    Raises:
        NotPermitted, OrderUnknown, ExtensionUnfit, OrderKeyReused, and what `rules.check_draft` raises.
    """
    require(actor, PROPOSE)
    found = rule(on=legal_day(at))
    rules.check_draft(draft, found, at=at)
    require_over(actor, PROPOSE, draft.areas)
    with transaction.atomic():
        hold_register()
        first = models.Order.objects.filter(proposed_by=actor.account, key=key).first()
        if first is not None:
            return _same(first, draft)
        _check_extension(draft)
        row = _row(draft, key, actor, at, default_retention=found.retention_days)
        row.save(force_insert=True)
        write_down(row, events.PROPOSED, actor=actor, at=at)
    return order_of(row)


def _same(row: models.Order, draft: Draft) -> Order:
    """The order made by this key before, unless the form says something else now."""
    order = order_of(row)
    said = (draft.title, draft.disease, draft.purposes, draft.areas, draft.is_drill, draft.ends_at)
    if said != (
        order.title,
        order.disease,
        order.purposes,
        order.areas,
        order.is_drill,
        order.ends_at,
    ):
        raise OrderKeyReused()
    return order


def _check_extension(draft: Draft) -> None:
    if draft.extends is None:
        return
    row = models.Order.objects.filter(id=draft.extends).first()
    if row is None:
        raise OrderUnknown()
    fits = (
        row.state == State.SIGNED.value
        and row.erased_at is None
        and row.disease == draft.disease
        and row.is_drill == draft.is_drill
        and rules.have_common(row.areas, draft.areas)
    )
    if not fits:
        raise ExtensionUnfit(number=row.number)


def _row(
    draft: Draft, key: str, actor: Actor, at: datetime, *, default_retention: int
) -> models.Order:
    latest = models.Order.objects.aggregate(latest=Max("serial"))["latest"]
    serial = (latest or 0) + 1
    year = legal_day(at).year
    kept = default_retention if draft.retention_days is None else draft.retention_days
    return models.Order(
        id=uuid7(),
        serial=serial,
        number=f"{'D' if draft.is_drill else ''}{year}-{serial:04}",
        title=draft.title.strip(),
        disease=draft.disease,
        purposes=sorted(draft.purposes),
        areas=list(draft.areas),
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        edition=draft.edition,
        basis=draft.basis.strip(),
        is_drill=draft.is_drill,
        extends_id=draft.extends,
        retention_days=kept,
        state=State.DRAFT.value,
        proposed_by=actor.account,
        proposed_at=at,
        key=key,
    )
