"""Tubes of sites to laboratories: the flow that lets the last result come earliest, then the one of least driving.

Let x[s, l] be the boxes that site s sends to laboratory l, c[l] its boxes an hour, d[s, l] the hours to drive.
A laboratory that gets n boxes is done after ready + n / c[l]; the last result comes after the longest of these
and of every way used. For a time T every way with d > T is closed and every laboratory holds what it can do by
then, which is a flow question; the smallest T is found by halving, and at that T the flow of least driving by a
linear programme, whose corners are whole boxes since the matrix is that of a network.

Because boxes are whole and halving stops, the time found lies above the true one by a gap that is computed,
not assumed: the bound lets boxes be split and every way open.

Source: bottleneck transportation: R. S. Garfinkel and M. R. Rao, "The bottleneck transportation problem",
Naval Research Logistics Quarterly 18 (1971) 465-472; solver: HiGHS in scipy.optimize (MIT).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EARTH_KM = 6371.0088
PRECISION_HOURS = 1 / 120
LONGEST_HOURS = 24 * 60.0
UNKNOWN = float("nan")
"""As longitude and latitude: where it is, is known by its division only."""
NEAR = ((9, 0.25), (6, 0.75), (4, 1.5))
"""Hours of driving where a point is not known: within a town, a county, a city. Settings of our own."""
FAR_HOURS = 3.0


@dataclass(frozen=True, slots=True)
class Supply:
    """A site: what it will fill, and where it is."""

    id: str
    tubes: int
    longitude: float
    latitude: float
    closes_after_hours: float
    """When its last tube is closed, from the beginning of the round."""
    place: str = ""
    """Code of the division, for ways whose points are not known (`UNKNOWN`)."""


@dataclass(frozen=True, slots=True)
class Laboratory:
    """A laboratory: what it can do, and where it is."""

    id: str
    tubes_a_day: int
    longitude: float
    latitude: float
    backlog_tubes: int = 0
    place: str = ""


@dataclass(frozen=True, slots=True)
class Ride:
    """Boxes from a site to a laboratory."""

    site: str
    laboratory: str
    boxes: int
    hours: float


@dataclass(frozen=True, slots=True)
class Flow:
    """Which site's boxes go where, when the last result comes, and how far that is from the best there can be."""

    rides: tuple[Ride, ...]
    boxes_of: tuple[tuple[str, int], ...]
    """By laboratory."""
    last_result_hours: float
    bound_hours: float
    """No plan can be faster."""
    driving_hours: float

    @property
    def gap(self) -> float:
        """How much later than the bound, as a share of it."""
        return (self.last_result_hours - self.bound_hours) / self.bound_hours


class Impossible(ValueError):
    """No flow takes every tube."""


def driving_hours(
    sites: Sequence[Supply],
    laboratories: Sequence[Laboratory],
    *,
    speed_km_h: float = 40.0,
    detour: float = 1.3,
) -> NDArray[np.float64]:
    """Hours by car from each site to each laboratory: distance over the sphere, lengthened for roads.

    Where the point of one is not known, the divisions say how near they are.
    """
    lon = (
        np.radians([[s.longitude] for s in sites]),
        np.radians([x.longitude for x in laboratories]),
    )
    lat = np.radians([[s.latitude] for s in sites]), np.radians([x.latitude for x in laboratories])
    h = (
        np.sin((lat[1] - lat[0]) / 2) ** 2
        + np.cos(lat[0]) * np.cos(lat[1]) * np.sin((lon[1] - lon[0]) / 2) ** 2
    )
    hours = np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(h)) * detour / speed_km_h)
    for s, x in zip(*np.nonzero(np.isnan(hours)), strict=True):
        hours[s, x] = nearness(sites[s].place, laboratories[x].place)
    return hours


def nearness(place: str, other: str) -> float:
    """Hours of driving between two divisions: within a town, a county, a city, farther.

    >>> nearness("441202001", "441202001002"), nearness("441202001", "441203"), nearness("441202", "440100")
    (0.25, 1.5, 3.0)
    """
    for digits, hours in NEAR:
        if len(place) >= digits <= len(other) and place[:digits] == other[:digits]:
            return hours
    return FAR_HOURS


def assign(
    sites: Sequence[Supply],
    laboratories: Sequence[Laboratory],
    hours: NDArray[np.float64],
    *,
    tubes_a_box: int = 100,
    run_hours: float = 3.0,
    most_hours_on_road: float = 4.0,
    share_of_pace: float = 1.0,
) -> Flow:
    """The flow of boxes that lets the last result come earliest.

    Args:
        hours: of driving, sites by laboratories.
        run_hours: from the last box of a laboratory to its result, besides the queue.
        most_hours_on_road: ways that are longer are closed.
        share_of_pace: how much of its pace a laboratory is counted with when boxes are dealt out. Less than all
            spreads them over more laboratories; times are reckoned with the whole pace.

    Raises:
        Impossible: some site reaches no laboratory, or there is no capacity.
    """
    boxes = np.array([-(-each.tubes // tubes_a_box) for each in sites])
    pace = np.array([each.tubes_a_day / 24 / tubes_a_box for each in laboratories])
    backlog = np.array([each.backlog_tubes / tubes_a_box for each in laboratories])
    if boxes.sum() == 0 or pace.sum() <= 0:
        raise Impossible("nothing to assign, or no capacity")
    closing = np.array([[each.closes_after_hours] for each in sites])
    arrival = np.where(hours <= most_hours_on_road, closing + hours, np.inf)
    reaches = np.asarray(np.isfinite(arrival).any(axis=1))
    if not reaches[boxes > 0].all():
        raise Impossible("a site reaches no laboratory within the limit of the road")
    bound = _bound(boxes, pace, backlog, arrival)
    dealt = pace * share_of_pace
    low, high = bound, LONGEST_HOURS
    if not _fits(boxes, _room(dealt, backlog, high), arrival <= high):
        raise Impossible("the laboratories in reach cannot take all boxes")
    while high - low > PRECISION_HOURS:
        middle = (low + high) / 2
        if _fits(boxes, _room(dealt, backlog, middle), arrival <= middle):
            high = middle
        else:
            low = middle
    best = _cheapest(boxes, _room(dealt, backlog, high), arrival <= high, hours)
    last = _finish(best, pace, backlog, arrival)
    return _result(sites, laboratories, best, hours, last + run_hours, bound + run_hours)


def _room(
    pace: NDArray[np.float64], backlog: NDArray[np.float64], until: float
) -> NDArray[np.int64]:
    """Whole boxes that each laboratory can do until an instant, after what it has already."""
    return np.floor(np.maximum(pace * until - backlog, 0) + 1e-9).astype(np.int64)


def _bound(
    boxes: NDArray[np.int64],
    pace: NDArray[np.float64],
    backlog: NDArray[np.float64],
    arrival: NDArray[np.float64],
) -> float:
    """No plan is faster than all laboratories together, nor than the nearest way of the farthest site."""
    busy = backlog / np.where(pace > 0, pace, np.nan)
    order = np.argsort(np.nan_to_num(busy, nan=np.inf))
    together = 0.0
    for n in range(1, len(order) + 1):
        some = order[:n]
        if pace[some].sum() > 0:
            together = float((boxes.sum() + backlog[some].sum()) / pace[some].sum())
            if n == len(order) or together <= busy[order[n]] or pace[order[n]] == 0:
                break
    farthest = float(arrival.min(axis=1)[boxes > 0].max())
    return max(together, farthest)


def _finish(
    flow: NDArray[np.int64],
    pace: NDArray[np.float64],
    backlog: NDArray[np.float64],
    arrival: NDArray[np.float64],
) -> float:
    """When the last box of a flow is done, by the queue of its laboratory or the way it came."""
    load = flow.sum(axis=0)
    used = load > 0
    queues = (load[used] + backlog[used]) / pace[used]
    return float(max(queues.max(), arrival[flow > 0].max()))


def _fits(boxes: NDArray[np.int64], room: NDArray[np.int64], is_open: NDArray[np.bool_]) -> bool:
    """Whether every box finds a place over open ways: a question of the largest flow from sites to laboratories."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow

    total = int(boxes.sum())
    if int(room.sum()) < total:
        return False
    rows, columns = np.nonzero(is_open & (boxes[:, None] > 0) & (room[None, :] > 0))
    sites, labs = np.arange(len(boxes)), np.arange(len(room))
    first, sink = len(boxes), len(boxes) + len(room)
    source = sink + 1
    begins = np.concatenate([np.full(len(sites), source), rows, first + labs])
    ends = np.concatenate([sites, first + columns, np.full(len(labs), sink)])
    room = np.minimum(room, total)
    holds = np.concatenate([boxes, boxes[rows], room]).astype(np.int32)
    graph = csr_array((holds, (begins, ends)), shape=(source + 1, source + 1))
    return int(maximum_flow(graph, source, sink, method="dinic").flow_value) == total


def _cheapest(
    boxes: NDArray[np.int64],
    room: NDArray[np.int64],
    is_open: NDArray[np.bool_],
    cost: NDArray[np.float64],
) -> NDArray[np.int64]:
    """The whole flow of least driving over open ways that sends every box and overfills nobody."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    rows, columns = np.nonzero(is_open & (boxes[:, None] > 0) & (room[None, :] > 0))
    ones, each = np.ones(len(rows)), np.arange(len(rows))
    sent = csr_array((ones, (rows, each)), shape=(len(boxes), len(rows)))
    taken = csr_array((ones, (columns, each)), shape=(len(room), len(rows)))
    kept = np.flatnonzero(boxes > 0)
    # simplex: its answers are corners, which are whole; an inner point of equal cost would not be
    solved = linprog(
        cost[rows, columns],
        A_eq=sent[kept],
        b_eq=boxes[kept],
        A_ub=taken,
        b_ub=room,
        method="highs-ds",
    )
    if not solved.success:
        raise ArithmeticError(f"the flow that exists was not found: {solved.message}")
    whole = np.rint(solved.x).astype(np.int64)
    if np.abs(solved.x - whole).max() > 1e-6:
        raise ArithmeticError("the flow is not whole")
    flow = np.zeros(cost.shape, dtype=np.int64)
    flow[rows, columns] = whole
    return flow


def _result(
    sites: Sequence[Supply],
    laboratories: Sequence[Laboratory],
    flow: NDArray[np.int64],
    hours: NDArray[np.float64],
    last: float,
    bound: float,
) -> Flow:
    rides = tuple(
        Ride(sites[s].id, laboratories[x].id, int(flow[s, x]), float(hours[s, x]))
        for s, x in zip(*np.nonzero(flow), strict=True)
    )
    load = flow.sum(axis=0)
    return Flow(
        rides,
        tuple((each.id, int(load[n])) for n, each in enumerate(laboratories)),
        last,
        bound,
        float((flow * hours).sum()),
    )
