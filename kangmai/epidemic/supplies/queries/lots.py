"""Lots over many institutions: what expires soon, and everything as a file."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.db.models import Q

from kangmai.epidemic.supplies import models, rules
from kangmai.epidemic.supplies.reach import stores
from kangmai.epidemic.supplies.rulebook import rule
from kangmai.epidemic.supplies.types import ExpiringLot, HeldLot, LoadLine, Lot, Page
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import OrganizationId

PAGE = 50
MOST_EXPORTED = 100_000


def expiring(
    *, area: str, on: date, within_days: int, item: str = "", after: str = "", limit: int = PAGE, actor: Actor
) -> Page[ExpiringLot]:  # fmt: skip
    """Lots of an area that have expired or will within some days, the first to expire first.

    Raises:
        NotPermitted.
    """
    rows = models.Balance.objects.filter(
        store__in=stores(actor, area=area), quantity__gt=0, expires_on__lt=on + timedelta(within_days)
    )  # fmt: skip
    if item:
        rows = rows.filter(item=item)
    if (cursor := _cursor(after)) is not None:
        rows = rows.filter(Q(expires_on__gt=cursor[0]) | Q(expires_on=cursor[0], id__gt=cursor[1]))
    found = list(rows.order_by("expires_on", "id")[: limit + 1])
    following = f"{found[limit - 1].expires_on}_{found[limit - 1].pk}" if len(found) > limit else ""
    return Page(tuple(_with_left_over(found[:limit], on)), following)


def _cursor(text: str) -> tuple[date, int] | None:
    day, _, id = text.partition("_")
    try:
        return date.fromisoformat(day), int(id)
    except ValueError:
        return None


def _with_left_over(rows: Sequence[models.Balance], on: date) -> Iterator[ExpiringLot]:
    found = rule(on=on)
    ids = {row.store_id for row in rows}
    lots: dict[tuple[int, str], list[models.Balance]] = defaultdict(list)
    for each in models.Balance.objects.filter(
        store_id__in=ids, item__in={row.item for row in rows}, quantity__gt=0
    ).order_by("expires_on", "id"):
        lots[each.store_id, each.item].append(each)
    loads: dict[int, list[LoadLine]] = defaultdict(list)
    for load in models.StoreLoad.objects.filter(store_id__in=ids):
        loads[load.store_id].append(LoadLine(load.load, load.amount, load.shifts))
    for row in rows:
        burn = rules.burn_milli(row.item, loads[row.store_id], found)
        left = _left_over(row, lots[row.store_id, row.item], burn, on)
        held = HeldLot(row.item, row.lot, row.expires_on, row.quantity)
        yield ExpiringLot(row.pk, OrganizationId(row.store_id), held, left)


def _left_over(
    row: models.Balance, lots: Sequence[models.Balance], burn: int, on: date
) -> int | None:
    if row.expires_on is None or row.expires_on < on:
        return row.quantity
    if not burn:
        return None
    good = [each for each in lots if each.expires_on is None or each.expires_on >= on]
    left = rules.left_over([Lot(each.quantity, each.expires_on) for each in good], burn, on)
    return next(n for each, n in zip(good, left, strict=True) if each.pk == row.pk)


def export(*, area: str, actor: Actor) -> list[tuple[int, HeldLot]]:
    """Every lot of an area with its institution, by institution, item and expiry.

    Raises:
        NotPermitted.
    """
    rows = models.Balance.objects.filter(store__in=stores(actor, area=area), quantity__gt=0)
    ordered = rows.order_by("store_id", "item", "expires_on", "lot", "id")[:MOST_EXPORTED]
    return [
        (each.store_id, HeldLot(each.item, each.lot, each.expires_on, each.quantity))
        for each in ordered
    ]
