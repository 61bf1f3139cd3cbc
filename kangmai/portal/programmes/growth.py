"""A child's growth as charts and a table: where the points of its visits lie between the lines of the standard."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from kangmai.identity.types import Resident
from kangmai.portal.programmes.wording import language
from kangmai.portal.shell import words
from kangmai.programmes.engine.types import Standing, Visit
from kangmai.programmes.growth import rules as growth
from kangmai.programmes.growth.types import Curve, Indicator, Measured, Score, Standard

WIDTH, HEIGHT = 640, 380
LEFT, RIGHT, TOP, BOTTOM = 44, 36, 12, 34
TWO_YEARS, FIVE_YEARS, SEVEN_YEARS = 730, 1856, 2556
DRAWN = ("weight_for_age", "length_for_age", "weight_for_length", "bmi_for_age", "head_for_age")
DAYS_A_MONTH = 30.4375
TICKS = 8


@dataclass(frozen=True, slots=True)
class Line:
    """A line of equal z-score as SVG, with its name at the end."""

    path: str
    name: str
    x: float
    y: float
    is_median: bool
    is_outer: bool


@dataclass(frozen=True, slots=True)
class Point:
    """A visit on a chart."""

    x: float
    y: float
    title: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: lines, the child's points and the way between them."""

    id: str
    title: str
    across: str
    up: str
    lines: tuple[Line, ...]
    points: tuple[Point, ...]
    way: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One visit in the table: its measurements and scores as they are shown."""

    visit: Any
    day: str
    age: str
    values: tuple[str, ...]
    scores: tuple[tuple[str, bool], ...]
    """Each with whether it lies beyond the second line."""
    classes: tuple[str, ...]
    doubtful: tuple[str, ...]
    """Indicators whose score no child has."""


@dataclass(frozen=True, slots=True)
class Grown:
    """All that the page shows."""

    charts: tuple[Chart, ...]
    rows: tuple[Row, ...]
    heads: tuple[str, ...]
    source: str
    is_verified: bool
    unavailable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """A visit with measurements, its age in days, and its scores."""

    visit: Visit
    measured: Measured
    scores: Mapping[str, Score]


def grown(resident: Resident, visits: Sequence[Visit], *, on: datetime.date) -> Grown | None:
    """The growth of a child; None where its birth or sex is not known or nothing was measured."""
    born, sex = resident.demographics.birth_date, resident.demographics.sex_code
    standard = growth.standard(on=on)
    if born is None or sex not in ("1", "2"):
        return None
    current = (each for each in visits if each.standing is Standing.CURRENT)
    measured = (_seen(standard, sex, born, each) for each in current)
    seen = sorted(filter(None, measured), key=lambda each: each.visit.visited_on)
    if not seen:
        return None
    age = max((on - born).days, seen[-1].measured.age_days)
    charts = (
        _chart(standard, standard.indicators[id], sex, seen, age)
        for id in DRAWN
        if id in standard.indicators
    )
    return Grown(
        charts=tuple(chart for chart in charts if chart is not None),
        rows=tuple(_row(standard, each, born) for each in reversed(seen)),
        heads=tuple(each.title.in_language(language()) for each in standard.indicators.values()),
        source=standard.source,
        is_verified=standard.is_verified,
        unavailable=tuple(said.in_language(language()) for _name, said in standard.unavailable),
    )


def _seen(standard: Standard, sex: str, born: datetime.date, visit: Visit) -> _Seen | None:
    known = {name: visit.measures.get(name) for name in ("weight", "length", "head")}
    if not any(isinstance(value, int | float) for value in known.values()):
        return None
    measured = Measured((visit.visited_on - born).days, **known)
    return _Seen(visit, measured, growth.scores(standard, sex, measured))


def _row(standard: Standard, seen: _Seen, born: datetime.date) -> Row:
    visit, measured = seen.visit, seen.measured
    # as it was judged; the posture of the visit is known to it alone
    kept = {each.id: visit.measures.get(each.fact) for each in standard.indicators.values()}
    shown = []
    for id in standard.indicators:
        score = seen.scores.get(id)
        z = kept[id] if kept[id] is not None else (float(score.z) if score else None)
        shown.append(("—", False) if z is None else (f"{z:+.2f}", abs(z) > 2))
    held = [each for each in standard.classes.values() if visit.measures.get(each.id)]
    doubtful = [
        standard.indicators[id] for id, each in seen.scores.items() if not each.is_plausible
    ]
    return Row(
        visit=visit.id,
        day=words.day(visit.visited_on),
        age=words.age(born, visit.visited_on),
        values=tuple(_plain(each) for each in (measured.weight, measured.length, measured.head)),
        scores=tuple(shown),
        classes=tuple(each.title.in_language(language()) for each in held),
        doubtful=tuple(each.title.in_language(language()) for each in doubtful),
    )


def _plain(value: float | None) -> str:
    return "—" if value is None else f"{value:g}"


def _chart(
    standard: Standard, indicator: Indicator, sex: str, seen: Sequence[_Seen], age: int
) -> Chart | None:
    until = TWO_YEARS if age <= TWO_YEARS else FIVE_YEARS if age <= FIVE_YEARS else SEVEN_YEARS
    by_length = indicator.id == "weight_for_length"
    drawn = growth.curves(standard, indicator.id, sex, until_day=until)
    marks = [(place, value, each) for each in seen if (place := _place(each, by_length)) and (value := _value(indicator, each))]  # fmt: skip
    if not marks or not drawn[0].points:
        return None
    scale = _Scale.over(drawn, [(place, value) for place, value, _each in marks])
    points = tuple(
        Point(
            scale.x(place), scale.y(value), f"{each.visit.visited_on} · {value:g} {indicator.unit}"
        )
        for place, value, each in marks
        if scale.left <= place <= scale.right
    )
    return Chart(
        id=indicator.id,
        title=indicator.title.in_language(language()),
        across=_("length or height, cm") if by_length else _("age in months"),
        up=indicator.unit,
        lines=tuple(_line(each, scale) for each in drawn),
        points=points,
        way=" ".join(f"{each.x},{each.y}" for each in points),
        x_ticks=_x_ticks(scale, by_length=by_length),
        y_ticks=_y_ticks(scale),
    )


def _place(seen: _Seen, by_length: bool) -> float | None:
    return seen.measured.length if by_length else float(max(seen.measured.age_days, 0.001))


def _value(indicator: Indicator, seen: _Seen) -> float | None:
    of = seen.measured
    if indicator.measure == "bmi":
        return round(of.weight / (of.length / 100) ** 2, 1) if of.weight and of.length else None
    return {"weight": of.weight, "length": of.length, "head": of.head}[indicator.measure]


@dataclass(frozen=True, slots=True)
class _Scale:
    """From places and values to the paper."""

    left: float
    right: float
    low: float
    high: float

    @staticmethod
    def over(drawn: Sequence[Curve], marks: Sequence[tuple[float, float]]) -> "_Scale":
        places = [place for curve in drawn for place, _value in curve.points]
        values = [value for curve in drawn for _place, value in curve.points]
        values += [value for place, value in marks if min(places) <= place <= max(places)]
        room = (max(values) - min(values)) * 0.03
        return _Scale(min(places), max(places), min(values) - room, max(values) + room)

    def x(self, place: float) -> float:
        part = (place - self.left) / (self.right - self.left)
        return round(LEFT + part * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        part = (value - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM), 1)


def _line(curve: Curve, scale: _Scale) -> Line:
    places = [f"{scale.x(place)},{scale.y(value)}" for place, value in curve.points]
    place, value = curve.points[-1]
    name = "0" if curve.z == 0 else f"{curve.z:+d}".replace("-", "−")
    return Line(
        " ".join(places), name, scale.x(place) + 5, scale.y(value) + 4, curve.z == 0, abs(curve.z) == 3
    )  # fmt: skip


def _x_ticks(scale: _Scale, *, by_length: bool) -> tuple[Tick, ...]:
    if by_length:
        step = 10
        first = int(scale.left // step + 1) * step
        places = range(first, int(scale.right) + 1, step)
        return tuple(Tick(scale.x(each), str(each)) for each in places)
    months = round(scale.right / DAYS_A_MONTH)
    step = 3 if months <= 24 else 12
    return tuple(
        Tick(scale.x(each * DAYS_A_MONTH), str(each))
        for each in range(0, months + 1, step)
        if each * DAYS_A_MONTH <= scale.right + 1
    )


def _y_ticks(scale: _Scale) -> tuple[Tick, ...]:
    span = scale.high - scale.low
    step = next(each for each in (1, 2, 5, 10, 20) if span / each <= TICKS or each == 20)
    first = int(scale.low // step + 1) * step
    return tuple(Tick(scale.y(each), str(each)) for each in range(first, int(scale.high) + 1, step))
