"""Where lines and dots of server-made charts stand, as SVG takes them; the same figures stand in tables beside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log10

from kangmai.analytics.rules import Funnel, FunnelPlace, Levels, Standing, limits

WIDTH, HEIGHT = 480, 260
LEFT, RIGHT, TOP, BOTTOM = 46, 10, 10, 30
SMALL_WIDTH, SMALL_HEIGHT, SMALL_EDGE = 160, 48, 4
CURVE_POINTS = 48
WIDE_RATIO = 30
"""Sizes that differ by more are drawn by their powers of ten."""
LIMIT_LINES = (("low_998", "is-far"), ("low_95", ""), ("high_95", ""), ("high_998", "is-far"))


@dataclass(frozen=True, slots=True)
class Mark:
    """A tick of an axis, or a dot, with what it says."""

    x: float
    y: float
    label: str
    look: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A way of points."""

    points: str
    look: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart with axes."""

    lines: tuple[Line, ...]
    dots: tuple[Mark, ...]
    across: tuple[Mark, ...]
    up: tuple[Mark, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM
    label_y: int = HEIGHT - BOTTOM + 18


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to places between two ends."""

    low: float
    high: float
    start: float
    end: float
    by_tens: bool = False

    def __call__(self, value: float) -> float:
        low, high, at = (
            (log10(each) for each in (self.low, self.high, value))
            if self.by_tens
            else (self.low, self.high, value)
        )
        part = (at - low) / (high - low) if high > low else 0.5
        return round(self.start + (self.end - self.start) * min(1.0, max(0.0, part)), 1)

    def steps(self, count: int) -> list[float]:
        """So many values from end to end, evenly far apart where they are drawn."""
        if self.by_tens:
            ratio = (self.high / self.low) ** (1 / (count - 1))
            return [self.low * ratio**n for n in range(count)]
        return [self.low + (self.high - self.low) * n / (count - 1) for n in range(count)]


def _reach(values: Iterable[float], *, least: float, most: float) -> tuple[float, float]:
    """The ends of an axis: a little more than the values reach."""
    some = list(values)
    low, high = min(some), max(some)
    more = (high - low) * 0.08 or abs(high) * 0.05 or 1.0
    return max(least, low - more), min(most, high + more)


def _points(some: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in some)


def _ticks(up: Scale, digits: int) -> tuple[Mark, ...]:
    return tuple(Mark(LEFT, up(each), f"{each:.{digits}f}") for each in up.steps(4))


def funnel(of: Funnel, *, per: int, names: dict[str, str], unit: str) -> Drawing:
    """Places as dots by size and share, between the limits; those outside stand out."""
    sizes = [each.whole for each in of.places]
    wide = max(sizes) > WIDE_RATIO * min(sizes)
    across = Scale(min(sizes), max(sizes), LEFT + 8, WIDTH - RIGHT - 8, by_tens=wide)
    low, high = _reach([of.share, *(each.share for each in of.places)], least=0.0, most=1.0)
    up = Scale(low, high, HEIGHT - BOTTOM, TOP)
    curve = [(size, limits(round(size), of.share)) for size in across.steps(CURVE_POINTS)]
    lines = [
        Line(_points((across(size), up(getattr(each, name))) for size, each in curve), look)
        for name, look in LIMIT_LINES
    ]
    sizes_at = sorted({round(each) for each in across.steps(4)})
    middle = Line(_points([(LEFT, up(of.share)), (WIDTH - RIGHT, up(of.share))]), "is-middle")
    ordered = sorted(of.places, key=lambda each: each.standing is not Standing.WITHIN)
    return Drawing(
        lines=(*lines, middle),
        dots=tuple(_dot(each, across, up, names, per, unit) for each in ordered),
        across=tuple(Mark(across(each), HEIGHT, f"{each:,}") for each in sizes_at),
        up=tuple(Mark(LEFT, up(each), f"{each * per:.1f}") for each in up.steps(4)),
    )


def _dot(
    of: FunnelPlace, across: Scale, up: Scale, names: dict[str, str], per: int, unit: str
) -> Mark:
    label = (
        f"{names.get(of.code, of.code)}: {of.share * per:.2f} {unit} ({of.part:,} / {of.whole:,})"
    )
    look = {
        Standing.WITHIN: "",
        Standing.BELOW: "is-outside",
        Standing.ABOVE: "is-outside",
        Standing.FAR_BELOW: "is-far",
        Standing.FAR_ABOVE: "is-far",
    }[of.standing]
    return Mark(across(of.whole), up(of.share), label, look)


def levels(of: Levels, *, names: Sequence[str], digits: int) -> Drawing:
    """A series as a line, and its levels as steps."""
    values = [float(each.total.value or 0) for each in of.results]
    low, high = _reach(values, least=float("-inf"), most=float("inf"))
    across = Scale(0, max(1, len(values) - 1), LEFT + 8, WIDTH - RIGHT - 8)
    up = Scale(low, high, HEIGHT - BOTTOM, TOP)
    steps = [
        Line(_points([(across(max(0, run.start - 0.4)), up(run.level)), (across(run.end - 0.6), up(run.level))]), "is-level")
        for run in of.runs
    ]  # fmt: skip
    breaks = [
        Line(_points([(across(run.start - 0.5), TOP), (across(run.start - 0.5), HEIGHT - BOTTOM)]), "is-break")
        for run in of.runs[1:]
    ]  # fmt: skip
    shown = sorted({0, (len(values) - 1) // 2, len(values) - 1})
    return Drawing(
        lines=(*breaks, *steps, Line(_points((across(n), up(v)) for n, v in enumerate(values)))),
        dots=tuple(
            Mark(across(n), up(v), f"{name}: {v:,.{digits}f}")
            for n, (v, name) in enumerate(zip(values, names, strict=True))
        ),
        across=tuple(Mark(across(n), HEIGHT, names[n]) for n in shown),
        up=_ticks(up, digits),
    )


@dataclass(frozen=True, slots=True)
class Small:
    """A small trend without words: its line, that of the whole area, and the latest point."""

    line: str
    whole: str
    x: float
    y: float
    has_line: bool


def small(
    values: Sequence[float | None], whole: Sequence[float | None], reach: tuple[float, float]
) -> Small:
    """One of many trends on the same scale."""
    across = Scale(0, max(1, len(values) - 1), SMALL_EDGE, SMALL_WIDTH - SMALL_EDGE)
    up = Scale(*reach, SMALL_HEIGHT - SMALL_EDGE, SMALL_EDGE)
    own, all_ = (
        [(across(n), up(each)) for n, each in enumerate(some) if each is not None]
        for some in (values, whole)
    )
    x, y = own[-1] if own else (0.0, 0.0)
    return Small(_points(own), _points(all_), x, y, len(own) > 1)


def common_reach(
    series: Iterable[Sequence[float | None]], *, most: float = float("inf")
) -> tuple[float, float] | None:
    """The ends of the scale that many trends share, up to the most there can be; None where there is no value."""
    known = [each for some in series for each in some if each is not None]
    return _reach(known, least=min(0.0, *known), most=most) if known else None
