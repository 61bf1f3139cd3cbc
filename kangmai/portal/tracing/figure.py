"""The tree of infections as a figure: cases from left to right by day, children below their infector."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kangmai.epidemic.tracing.types import Case, Tree
from kangmai.standards.calendars import legal_day

WIDTH, MARGIN, STEP, TOP = 720, 70, 34, 34
MOST_TICKS = 8


@dataclass(frozen=True, slots=True)
class Node:
    """A case in the figure."""

    id: UUID
    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A link in the figure."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Figure:
    """Where everything stands, in units of the view box."""

    width: int
    height: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    ticks: tuple[tuple[float, str], ...]


def day_of(case: Case) -> date:
    """The day by which a case stands in the figure: onset, else first positive sample, else found."""
    return case.onset_on or case.sampled_on or legal_day(case.found_at)


def figure(tree: Tree) -> Figure:
    """Lay out a tree; chains in order of their first case."""
    cases = {case.id: case for case in tree.cases}
    children: dict[UUID, list[UUID]] = {}
    infected = set()
    for link in tree.links:
        children.setdefault(link.from_case, []).append(link.to_case)
        infected.add(link.to_case)
    by_day = lambda id: (day_of(cases[id]), cases[id].number)  # noqa: E731
    order: list[UUID] = []
    pending = sorted((id for id in cases if id not in infected), key=by_day, reverse=True)
    while pending:
        id = pending.pop()
        order.append(id)
        pending += sorted(children.get(id, ()), key=by_day, reverse=True)
    days = [day_of(case) for case in cases.values()]
    first, span = min(days), (max(days) - min(days)).days
    scale = (WIDTH - 2 * MARGIN) / max(span, 1)
    place = {
        id: (MARGIN + (day_of(cases[id]) - first).days * scale, TOP + 20 + n * STEP)
        for n, id in enumerate(order)
    }
    every = max(1, -(-span // MOST_TICKS))
    ticks = tuple(
        (MARGIN + n * scale, date.fromordinal(first.toordinal() + n).strftime("%m-%d"))
        for n in range(0, span + 1, every)
    )
    return Figure(
        WIDTH,
        TOP + 20 + len(order) * STEP,
        tuple(Node(id, *place[id], cases[id].number.rpartition("-")[2]) for id in order),
        tuple(Edge(*place[link.from_case], *place[link.to_case]) for link in tree.links),
        ticks,
    )
