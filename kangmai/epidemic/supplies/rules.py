"""How long a stock lasts at full load, what is missing, which lot goes first: pure functions on whole numbers.

A stock is used up in order of expiry. A lot of which more is left than its last day allows loses the rest, so a
stock lasts min over k of (days until lot k expires + what expires later, in days of use), and never longer than
all of it together; `docs/algorithms/days-of-supply.md` derives it.

Source: public bulletin of Wujiang, Suzhou (stock for rescue, testing and disinfection covers 30 days at full
load); the method is arithmetic.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from kangmai.epidemic.supplies.errors import LotExpired, NotEnough
from kangmai.epidemic.supplies.planning.mending import plan
from kangmai.epidemic.supplies.rulebook import rule
from kangmai.epidemic.supplies.types import (
    Basis,
    Cell,
    HeldLot,
    Item,
    Line,
    LoadLine,
    Lot,
    Needs,
    Rule,
    Standing,
)

__all__ = [
    "burn_milli",
    "cell",
    "days_of_supply",
    "first_expiring_first",
    "from_posts",
    "give_and_need",
    "left_over",
    "needs",
    "plan",
    "rule",
]


def burn_milli(item: str, loads: Iterable[LoadLine], found: Rule) -> int:
    """What is used of an item a day at full load, in thousandths of a unit."""
    return sum(
        each.amount * each.shifts * found.loads[each.load].uses.get(item, 0)
        for each in loads
        if each.load in found.loads
    )


def usable(lots: Iterable[Lot], on: date) -> list[Lot]:
    """The lots that have not expired, in order of expiry; those without one come last."""
    good = (each for each in lots if each.quantity and not _is_expired(each.expires_on, on))
    return sorted(good, key=lambda each: each.expires_on or date.max)


def _is_expired(expires_on: date | None, on: date) -> bool:
    return expires_on is not None and expires_on < on


def days_of_supply(lots: Iterable[Lot], burn: int, on: date) -> int | None:
    """Whole days that a stock lasts from the beginning of `on`; None if nobody uses it.

    Args:
        burn: used a day, in thousandths of a unit.
    """
    if burn <= 0:
        return None
    reach = 0  # thousandths of a unit by which time is measured: the day times the use of a day
    for lot in usable(lots, on):
        reach += lot.quantity * 1000
        if lot.expires_on is not None:
            reach = min(reach, ((lot.expires_on - on).days + 1) * burn)
    return reach // burn


def cell(item: str, lots: Sequence[Lot], burn: int, on: date) -> Cell:
    """One item of a stock."""
    total = sum(each.quantity for each in usable(lots, on))
    return Cell(item, total, burn, days_of_supply(lots, burn, on))


def needs(of: Cell, item: Item, found: Rule) -> Needs:
    """What a stock comes to against the rule."""
    burn = of.burn_milli
    target = _up(burn * found.reserve_days * (100 + found.loss_percent), 100_000)
    point = _up(burn * (item.lead_days + found.safety_days), 1000)
    return Needs(
        burn, of.days, target, max(0, target - of.usable), point, standing(of, point, found)
    )


def standing(of: Cell, order_point: int, found: Rule) -> Standing:
    """Whether a stock is short, due for an order, or enough."""
    if of.days is None:
        return Standing.UNUSED
    if of.days < found.reserve_days:
        return Standing.SHORT
    return Standing.ORDER if of.usable <= order_point else Standing.ENOUGH


def _up(amount: int, by: int) -> int:
    return -(-amount // by)


def give_and_need(
    lots: Sequence[Lot], burn: int, on: date, *, reserve_days: int
) -> tuple[int, int]:
    """What a stock can give and still last the reserve, and what it needs to last it: one of the two is 0.

    Only lots that outlast the reserve are given or brought: what expires earlier helps nobody for 30 days.
    """
    good: list[Lot] = []
    short: list[Lot] = []
    for lot in usable(lots, on):
        days = None if lot.expires_on is None else (lot.expires_on - on).days + 1
        (good if days is None or days >= reserve_days else short).append(lot)
    reach = 0
    for lot in short:
        assert lot.expires_on is not None
        reach = min(reach + lot.quantity * 1000, ((lot.expires_on - on).days + 1) * burn)
    kept = _up(burn * reserve_days - reach, 1000)
    have = sum(each.quantity for each in good)
    return max(0, have - kept), max(0, kept - have)


def outlasts(expires_on: date | None, on: date, *, reserve_days: int) -> bool:
    """Whether a lot can still be used on the last day of the reserve."""
    return expires_on is None or (expires_on - on).days + 1 >= reserve_days


def left_over(lots: Sequence[Lot], burn: int, on: date) -> list[int]:
    """For each usable lot in order of expiry, what is left of it when it expires, everything used in that order."""
    found, reach = [], 0
    for lot in usable(lots, on):
        reach += lot.quantity * 1000
        end = reach if lot.expires_on is None else ((lot.expires_on - on).days + 1) * burn
        found.append(max(0, min(lot.quantity, (reach - end) // 1000)))
        reach = min(reach, end)
    return found


def first_expiring_first(held: Iterable[HeldLot], item: str, quantity: int, on: date) -> list[Line]:
    """Which lots an issue takes: those that expire first.

    Raises:
        NotEnough: the lots that have not expired hold less.
    """
    order = sorted(
        (each for each in held if each.item == item and each.quantity and not _is_expired(each.expires_on, on)),
        key=lambda each: (each.expires_on or date.max, each.lot),
    )  # fmt: skip
    taken, left = [], quantity
    for each in order:
        part = min(left, each.quantity)
        if part:
            taken.append(Line(item, part, each.lot, each.expires_on))
            left -= part
    if left:
        raise NotEnough(item=item, available=quantity - left, wanted=quantity)
    return taken


def earlier_lot(held: Iterable[HeldLot], line: Line, on: date) -> HeldLot | None:
    """A lot of the same item that expires before the one somebody chose, and has not expired.

    Raises:
        LotExpired: the chosen one has.
    """
    if line.expires_on is not None and line.expires_on < on:
        raise LotExpired(lot=line.lot, day=line.expires_on)
    before = (
        each
        for each in held
        if each.item == line.item
        and each.quantity
        and each.expires_on is not None
        and on <= each.expires_on < (line.expires_on or date.max)
    )
    return min(before, key=lambda each: (each.expires_on or date.max, each.lot), default=None)


def from_posts(kind: str, posts: Mapping[str, int], found: Rule) -> list[LoadLine]:
    """Numbers at post as the registry's posts suggest them, for a person to correct.

    Args:
        kind: of the institution.
        posts: people by the code of their post.
    """
    amounts: dict[tuple[str, int], int] = {}
    for share in found.from_posts:
        if kind in share.kinds:
            people = sum(count for role, count in posts.items() if role in share.roles)
            if people:
                key = share.load, share.shifts
                amounts[key] = amounts.get(key, 0) + _up(people * share.share_percent, 100)
    return [LoadLine(load, amount, shifts) for (load, shifts), amount in amounts.items()]


def is_per_shift(load: str, found: Rule) -> bool:
    """Whether a load is counted in people on duty in each shift."""
    return found.loads[load].basis is Basis.PERSON_SHIFT
