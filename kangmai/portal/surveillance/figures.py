"""Drawings of an event, made by the server so that they stand on every printout and phone: map and tree."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import cos, hypot, radians, sqrt
from types import MappingProxyType

from kangmai.epidemic.surveillance.transmission import Forest, Node
from kangmai.standards.geography import BOUNDARY_ATTRIBUTION, boundaries_json, find_real_point

WIDTH, MARGIN = 640.0, 14.0
LARGEST_CIRCLE, SMALLEST_CIRCLE = 22.0, 6.0
ROW, LEFT, RIGHT, TOP, FOOT = 30.0, 24.0, 40.0, 16.0, 24.0
CIRCLE = 11.0
TICKS = 8
BEND = 0.15
"""How far a line between towns bends, as a part of its length."""
ARROW = 5.0
"""How far before a circle a line ends, for its head."""

Position = tuple[float, float]
"""Degrees east and north, or units of the drawing."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A county's border."""

    path: str
    code: str


@dataclass(frozen=True, slots=True)
class Circle:
    """Cases of a town; its area grows with them."""

    x: float
    y: float
    r: float
    code: str
    cases: int


@dataclass(frozen=True, slots=True)
class Way:
    """Infections from one town into another, as a bent line that ends at the edge of the other's circle."""

    path: str
    width: float
    cases: int


@dataclass(frozen=True, slots=True)
class EventMap:
    """Where cases live, and from which towns into which others they were infected."""

    width: float
    height: float
    counties: tuple[Outline, ...]
    circles: tuple[Circle, ...]
    ways: tuple[Way, ...]
    attribution: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A case in the tree."""

    x: float
    y: float
    node: Node


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of the axis."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Tree:
    """Who infected whom: rows of cases, from left to right in time, or by generation without days."""

    width: float
    height: float
    spots: tuple[Spot, ...]
    lines: tuple[str, ...]
    ticks: tuple[Tick, ...]
    is_by_day: bool


def event_map(
    cases: Mapping[str, int],
    *,
    city_code: str,
    infections: Mapping[tuple[str, str], int] = MappingProxyType({}),
) -> EventMap | None:
    """A map of the counties that have cases, a circle for each town whose place is known; None without any.

    Args:
        infections: how many cases of the second town were infected by cases of the first.
    """
    known = {code: n for code, n in cases.items() if code and n}
    features = json.loads(boundaries_json(city_code))["features"]
    counties = {code[:6] for code in known}
    framed = [f for f in features if str(f["properties"]["adcode"]) in counties]
    if not framed:
        return None
    to_point, height = _frame([p for f in framed for ring in _rings(f) for p in ring])
    outlines = tuple(
        Outline(_path(map(to_point, ring)), str(f["properties"]["adcode"]))
        for f in features
        for ring in _rings(f)
    )
    most = max(known.values())
    circles = []
    for code, n in sorted(known.items(), key=lambda item: -item[1]):
        point = find_real_point(code)
        if point is not None:
            x, y = to_point((point.longitude, point.latitude))
            circles.append(
                Circle(x, y, max(SMALLEST_CIRCLE, LARGEST_CIRCLE * sqrt(n / most)), code, n)
            )
    ways = _ways({each.code: each for each in circles}, infections)
    return EventMap(WIDTH, height, outlines, tuple(circles), ways, BOUNDARY_ATTRIBUTION)


def _ways(
    circles: Mapping[str, Circle], infections: Mapping[tuple[str, str], int]
) -> tuple[Way, ...]:
    """Lines between circles that stand apart; those there and back bend to different sides."""
    found = []
    for (start, end), n in sorted(infections.items()):
        if start == end or start not in circles or end not in circles:
            continue
        one, two = circles[start], circles[end]
        across, down = two.x - one.x, two.y - one.y
        length = hypot(across, down)
        if length <= one.r + two.r:
            continue
        bend_x = (one.x + two.x) / 2 - BEND * down
        bend_y = (one.y + two.y) / 2 + BEND * across
        reach = hypot(two.x - bend_x, two.y - bend_y)
        part = (two.r + ARROW) / reach
        tip_x, tip_y = two.x - part * (two.x - bend_x), two.y - part * (two.y - bend_y)
        path = f"M{one.x:.1f} {one.y:.1f}Q{bend_x:.1f} {bend_y:.1f} {tip_x:.1f} {tip_y:.1f}"
        found.append(Way(path, round(min(4.0, 1.0 + sqrt(n) / 2), 1), n))
    return tuple(found)


def tree(forest: Forest) -> Tree | None:
    """The asserted links as a figure; None without any."""
    if not forest.nodes:
        return None
    days = [each.onset_on for each in forest.nodes if each.onset_on is not None]
    is_by_day = len(days) == len(forest.nodes) and len(set(days)) > 1
    across = _by_day(days) if is_by_day else _by_generation(forest.nodes)
    spots = {
        each.number: Spot(across(each), TOP + ROW * (each.row + 0.5), each) for each in forest.nodes
    }
    lines = tuple(
        _elbow(spots[each.infector], spots[each.number])
        for each in forest.nodes
        if each.infector is not None
    )
    height = TOP + ROW * len(forest.nodes) + FOOT
    ticks = _ticks(sorted(set(days))) if is_by_day else ()
    return Tree(WIDTH, height, tuple(spots.values()), lines, ticks, is_by_day)


def _rings(feature: Mapping[str, object]) -> list[list[Position]]:
    """The outer rings of a polygon or several."""
    geometry = feature["geometry"]
    assert isinstance(geometry, dict)
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    return [polygon[0] for polygon in polygons]


def _frame(points: list[Position]) -> tuple[Callable[[Position], Position], float]:
    """How degrees become units of the drawing, north up, and how high it is."""
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    squeeze = cos(radians((south + north) / 2))
    scale = min(
        (WIDTH - 2 * MARGIN) / max((east - west) * squeeze, 1e-6),
        (0.75 * WIDTH - 2 * MARGIN) / max(north - south, 1e-6),
    )
    left = (WIDTH - (east - west) * squeeze * scale) / 2

    def to_point(point: Position) -> Position:
        x = left + (point[0] - west) * squeeze * scale
        return round(x, 1), round(MARGIN + (north - point[1]) * scale, 1)

    return to_point, round((north - south) * scale + 2 * MARGIN, 1)


def _path(points: Iterable[Position]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z"


def _by_day(days: list[date]) -> Callable[[Node], float]:
    first, span = min(days), (max(days) - min(days)).days

    def across(node: Node) -> float:
        assert node.onset_on is not None
        part = (node.onset_on - first).days / span
        return round(LEFT + part * (WIDTH - LEFT - RIGHT), 1)

    return across


def _by_generation(nodes: Iterable[Node]) -> Callable[[Node], float]:
    most = max((each.generation for each in nodes), default=0) or 1

    def across(node: Node) -> float:
        return round(LEFT + node.generation / most * (WIDTH - LEFT - RIGHT), 1)

    return across


def _elbow(above: Spot, below: Spot) -> str:
    """Down from the infector, then across to the infected."""
    bend = above.x if below.x >= above.x else above.x + CIRCLE
    return f"M{above.x:g} {above.y:g}L{bend:g} {below.y:g}L{below.x:g} {below.y:g}"


def _ticks(days: list[date]) -> tuple[Tick, ...]:
    first, span = days[0], (days[-1] - days[0]).days
    every = max(1, -(-span // TICKS))
    offsets = range(0, span + 1, every)
    return tuple(
        Tick(
            round(LEFT + n / span * (WIDTH - LEFT - RIGHT), 1),
            date.fromordinal(first.toordinal() + n).isoformat()[5:],
        )
        for n in offsets
    )
