"""Which order holds where and when, what an order must satisfy, and when its data end: pure functions.

Emergency mode sleeps unless an order names disease, purpose, area, start, end and rule edition and two
different roles have signed it; the limits are those of the definition `emergency_rule`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from kangmai.epidemic.orders import errors
from kangmai.epidemic.orders.types import Draft, Order, Purpose, Rule, State
from kangmai.kernel.actor import subtree
from kangmai.standards.divisions import find_division

STILL_NOW_MINUTES = 10
"""While a form is open its beginning passes: so far back still counts as now."""


def is_in_force(order: Order, at: datetime) -> bool:
    """Whether a signed order holds at an instant; its end is the first instant at which it does not."""
    return order.state is State.SIGNED and order.starts_at <= at < order.over_at


def covering(orders: Iterable[Order], purpose: Purpose, place: str, at: datetime) -> Order | None:
    """The order under which something may be done for a purpose at a place.

    A real one comes before a drill, the narrower area before the wider, the older before the newer.

    Args:
        place: a division code; empty asks for any place at all.
    """
    found = [
        (order.is_drill, -_narrowness(order, place), order.serial, order)
        for order in orders
        if purpose in order.purposes and is_in_force(order, at) and _reaches(order, place)
    ]
    return min(found)[3] if found else None


def _reaches(order: Order, place: str) -> bool:
    return not place or any(subtree(area).covers(place) for area in order.areas)


def _narrowness(order: Order, place: str) -> int:
    reaches = map(subtree, order.areas)
    return max(len(reach.low) for reach in reaches if not place or reach.covers(place))


def check_draft(draft: Draft, rule: Rule, *, at: datetime) -> None:
    """Let pass an order that may be proposed at an instant.

    Raises:
        NothingOrdered, AreaUnknown, DiseaseUnknown, EditionUnknown, EditionForDrills, BasisMissing,
        PeriodWrong, StartsInThePast, OrderTooLong, RetentionTooLong.
    """
    if not draft.title.strip() or not draft.purposes or not draft.areas:
        raise errors.NothingOrdered()
    for area in draft.areas:
        if not is_division(area):
            raise errors.AreaUnknown(area=area)
    if draft.disease not in rule.diseases:
        raise errors.DiseaseUnknown(disease=draft.disease)
    if draft.edition not in rule.editions:
        raise errors.EditionUnknown(edition=draft.edition)
    if rule.editions[draft.edition].is_for_drills and not draft.is_drill:
        raise errors.EditionForDrills(edition=draft.edition)
    if not draft.basis.strip():
        raise errors.BasisMissing()
    _check_period(draft, rule, at)


def is_division(code: str) -> bool:
    """Whether a text is the code of a division that is known."""
    return code.isdecimal() and find_division(code) is not None


def _check_period(draft: Draft, rule: Rule, at: datetime) -> None:
    if draft.ends_at <= draft.starts_at:
        raise errors.PeriodWrong()
    if draft.starts_at < at - timedelta(minutes=STILL_NOW_MINUTES):
        raise errors.StartsInThePast(minutes=STILL_NOW_MINUTES)
    longest = rule.longest_drill_days if draft.is_drill else rule.longest_days
    if draft.ends_at - draft.starts_at > timedelta(days=longest):
        raise errors.OrderTooLong(days=longest)
    kept = draft.retention_days
    if kept is not None and not 0 <= kept <= rule.longest_retention_days:
        raise errors.RetentionTooLong(days=rule.longest_retention_days)


def overlap(one: Order, other: Order) -> bool:
    """Whether two orders hold at one instant, at one place, for one purpose."""
    return (
        bool(one.purposes & other.purposes)
        and one.starts_at < other.over_at
        and other.starts_at < one.over_at
        and have_common(one.areas, other.areas)
    )


def have_common(areas: Iterable[str], others: Iterable[str]) -> bool:
    """Whether some place lies in both areas."""
    there = tuple(others)
    return any(_touch(a, b) for a in areas for b in there)


def _touch(one: str, other: str) -> bool:
    a, b = subtree(one), subtree(other)
    return a.low < b.high and b.low < a.high


def chain_over_at(order: Order, orders: Iterable[Order]) -> datetime:
    """When an order and all that extend it, directly or through others, are over."""
    known = tuple(orders)
    over, ends, seen = [order.id], [order.over_at], {order.id}
    for id in over:  # grows while it is walked
        for each in known:
            if each.extends == id and each.state is State.SIGNED and each.id not in seen:
                seen.add(each.id)
                over.append(each.id)
                ends.append(each.over_at)
    return max(ends)


def erasure_due(order: Order, orders: Iterable[Order], *, after_days: int) -> datetime:
    """From when on rows held under an order must end: so many days after the chain of orders is over."""
    return chain_over_at(order, orders) + timedelta(days=after_days)
