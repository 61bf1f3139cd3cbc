"""Make the sheet of an order at an instant: count now, count the same hour of the day before, find corrections."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from kangmai.epidemic.bulletin import models, rules
from kangmai.epidemic.bulletin.counting import Span, count
from kangmai.epidemic.bulletin.reach import chain
from kangmai.epidemic.bulletin.reading import thawed
from kangmai.epidemic.bulletin.types import Correction, Figure, Line, Sheet, State, Value, Why
from kangmai.epidemic.orders.types import Order
from kangmai.standards.calendars import legal_day, start_of_day

DAY = timedelta(days=1)
UNKNOWN = Value(None, None, Why.NOT_AVAILABLE)


def make(order: Order, areas: tuple[str, ...], *, at: datetime) -> Sheet:
    """The sheet of an order in some parts of its area, as it stands now."""
    found = rules.rule(on=legal_day(at))
    figures = tuple(found.figures.values())
    begin = start_of_day(legal_day(at))
    now = _count(figures, order, areas, begin, at, at)
    before = [UNKNOWN] * len(figures)
    if order.starts_at < at - DAY or order.extends is not None:
        before = _count(figures, order, areas, begin - DAY, at - DAY, at)
    earlier = _issued(order, at) if areas == order.areas else None
    lines = [
        Line(figure.id, value, _known(figure, past, earlier))
        for figure, value, past in zip(figures, now, before, strict=True)
    ]
    return Sheet(
        order=order.id,
        number=order.number,
        title=order.title,
        is_drill=order.is_drill,
        areas=areas,
        begin=begin,
        as_of=at,
        rule_from=legal_day(at),
        lines=tuple(lines),
        corrections=_corrections(figures, order, areas, earlier, at) if earlier else (),
    )


def _count(
    figures: Sequence[Figure], order: Order, areas: tuple[str, ...], begin: datetime, until: datetime, at: datetime
) -> list[Value]:  # fmt: skip
    span = Span(chain(order), areas, begin, until, at)
    return count([(each.source, each.of) for each in figures], span)


def _issued(order: Order, at: datetime) -> Sheet | None:
    """What the last bulletin of the day before stated."""
    rows = models.Bulletin.objects.filter(
        order_id__in=chain(order), day=legal_day(at) - DAY, state=State.ISSUED.value
    )
    row = rows.order_by("-edition").first()
    return None if row is None else thawed(row.content)


def _known(figure: Figure, counted: Value, earlier: Sheet | None) -> Value:
    """What it was a day before: counted again, or as stated where only that is known."""
    if counted.value is not None or earlier is None or not figure.is_live:
        return counted
    stated = earlier.line(figure.id)
    return counted if stated is None else stated.now


def _corrections(
    figures: Sequence[Figure], order: Order, areas: tuple[str, ...], earlier: Sheet, at: datetime
) -> tuple[Correction, ...]:
    """Where the same count of the day before comes to something else now: late uploads, things undone."""
    counted = [each for each in figures if not each.is_live]
    again = _count(counted, order, areas, earlier.begin, earlier.as_of, at)
    found = []
    for figure, value in zip(counted, again, strict=True):
        stated = earlier.line(figure.id)
        if stated is None or stated.now.value is None or value.value is None:
            continue
        if stated.now.value != value.value:
            found.append(Correction(figure.id, stated.now.value, value.value))
    return tuple(found)


def parts(
    figure: Figure, order: Order, areas: Sequence[str], *, at: datetime
) -> list[tuple[str, Value]]:
    """A figure in each of some areas."""
    begin = start_of_day(legal_day(at))
    return [(each, _count([figure], order, (each,), begin, at, at)[0]) for each in areas]
