"""Which transfers mend the short cells of an area, as it stands now and with what is on the way."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kangmai.epidemic.supplies import models, rules
from kangmai.epidemic.supplies.reach import PLAN, stores
from kangmai.epidemic.supplies.rulebook import rule
from kangmai.epidemic.supplies.types import (
    AreaPlan,
    LoadLine,
    Lot,
    Rule,
    Shipment,
    Shortage,
    Surplus,
    TransferState,
)
from kangmai.kernel.actor import Actor

SECONDS = 8.0
Cell = tuple[int, str]
"""Institution and item."""


@dataclass(frozen=True, slots=True)
class _Stock:
    """One cell with what is promised to others and what will come from them."""

    lots: tuple[Lot, ...]
    burn: int
    promised: int
    coming: int

    def days(self, on: date) -> int | None:
        """How long it lasts as it stands now."""
        return rules.days_of_supply(self.lots, self.burn, on)

    def give_and_need(self, on: date, reserve_days: int) -> tuple[int, int]:
        """What it can give, or what it needs, once everything promised is sent and has come."""
        lots = [*self.lots, Lot(self.coming)]
        give, need = rules.give_and_need(lots, self.burn, on, reserve_days=reserve_days)
        lacks = need + max(0, self.promised - give)
        return max(0, give - self.promised), lacks if self.burn else 0

    def days_with(self, change: int, on: date, reserve_days: int) -> int | None:
        """How long it will last once everything under way and a change of the plan is done."""
        change += self.coming - self.promised
        lots, left = [*self.lots, Lot(max(0, change))], max(0, -change)
        for n, lot in enumerate(sorted(lots, key=lambda each: each.expires_on or date.max)):
            if rules.outlasts(lot.expires_on, on, reserve_days=reserve_days):
                part = min(left, lot.quantity)
                left -= part
                lot = Lot(lot.quantity - part, lot.expires_on)
            lots[n] = lot
        return rules.days_of_supply(lots, self.burn, on)


def mending(*, area: str, on: date, actor: Actor, seconds: float = SECONDS) -> AreaPlan:
    """The plan for the key items of an area.

    What was asked for or is on the way counts as given by the one and had by the other, so that nothing is
    promised twice. Institutions without numbers at post only give.

    Raises:
        NotPermitted.
    """
    found = rule(on=on)
    rows = stores(actor, area=area, permission=PLAN)
    places = dict(rows.values_list("organization_id", "place_code"))
    stocks = _stocks(places, [each.id for each in found.key_items], found)
    ends = {cell: stock.give_and_need(on, found.reserve_days) for cell, stock in stocks.items()}
    made = rules.plan(
        [Surplus(*cell, give) for cell, (give, _) in ends.items() if give],
        [Shortage(*cell, need) for cell, (_, need) in ends.items() if need],
        places=places,
        seconds=seconds,
    )
    before = {cell: stock.days(on) for cell, stock in stocks.items()}
    after = {
        cell: stocks[cell].days_with(change, on, found.reserve_days)
        for cell, change in _changes(made.shipments).items()
    }
    cells = sum(1 for days in before.values() if days is not None)
    return AreaPlan(area, on, made, before, after, len(places), cells)


def _changes(shipments: Iterable[Shipment]) -> dict[Cell, int]:
    changes: dict[Cell, int] = defaultdict(int)
    for each in shipments:
        for item, quantity in each.items.items():
            changes[each.donor, item] -= quantity
            changes[each.receiver, item] += quantity
    return changes


def _stocks(places: Mapping[int, str], wanted: Sequence[str], found: Rule) -> dict[Cell, _Stock]:
    """Every cell in which there is a stock, a use, or something under way."""
    lots, loads = _lots(places, wanted), _loads(places)
    promised, coming = _under_way()
    stocks = {}
    for organization in sorted(places):
        for item in wanted:
            cell = organization, item
            burn = rules.burn_milli(item, loads[organization], found)
            if burn or cell in lots or cell in coming:
                stocks[cell] = _Stock(tuple(lots[cell]), burn, promised[cell], coming[cell])
    return stocks


def _lots(places: Mapping[int, str], wanted: Sequence[str]) -> dict[Cell, list[Lot]]:
    found: dict[Cell, list[Lot]] = defaultdict(list)
    rows = models.Balance.objects.filter(store_id__in=places, item__in=wanted, quantity__gt=0)
    for store, item, quantity, expires_on in rows.values_list(
        "store_id", "item", "quantity", "expires_on"
    ):
        found[store, item].append(Lot(quantity, expires_on))
    return found


def _loads(places: Mapping[int, str]) -> dict[int, list[LoadLine]]:
    found: dict[int, list[LoadLine]] = defaultdict(list)
    for each in models.StoreLoad.objects.filter(store_id__in=places):
        found[each.store_id].append(LoadLine(each.load, each.amount, each.shifts))
    return found


def _under_way() -> tuple[dict[Cell, int], dict[Cell, int]]:
    """What donors have been asked for and not sent, and what receivers will get."""
    promised: dict[Cell, int] = defaultdict(int)
    coming: dict[Cell, int] = defaultdict(int)
    rows = models.TransferLine.objects.filter(
        transfer__state__in=(TransferState.ASKED.value, TransferState.SENT.value)
    ).select_related("transfer")
    for each in rows:
        is_sent = each.transfer.state == TransferState.SENT.value
        if not is_sent:
            promised[each.transfer.donor_id, each.item] += each.asked
        coming[each.transfer.receiver_id, each.item] += each.sent if is_sent else each.asked
    return promised, coming
