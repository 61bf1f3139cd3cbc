"""Data of charts: the baseline of evidence, the sources around a signal, bars of an epidemic curve."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from kangmai.epidemic.surveillance.types import Evidence

WIDTH, HEIGHT, FOOT = 640, 180, 18


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar in the units of the drawing."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    label: str
    value: int
    is_labelled: bool


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars over days, drawn by the server so that they stand on every printout and phone."""

    width: int
    height: int
    foot: int
    bars: tuple[Bar, ...]
    most: int


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """A line of the table under the chart."""

    when: str
    count: str
    use: str


def baseline(each: Evidence) -> tuple[dict[str, Any], list[BaselineRow]] | None:
    """The series behind evidence, with what the expectation rests on; None for rules and scans."""
    when = each.detail.get("weeks") or each.detail.get("days")
    if not isinstance(when, list):
        return None
    counts, used = each.detail["counts"], each.detail["used"]
    events = each.detail.get("events") or [False] * len(when)
    known = [(day, n, u, e) for day, n, u, e in zip(when, counts, used, events, strict=True)]
    series = [
        {"name": _("Observed"), "points": [[d, n] for d, n, _u, _e in known if n is not None]},
        {
            "name": _("In the baseline"),
            "points": [[d, n] for d, n, u, e in known if u and not e and n is not None],
        },
    ]
    data = {
        "name": _("Observed"),
        "unit": _("cases"),
        "low": 0,
        "high": each.threshold,
        "series": series,
    }
    rows = [
        BaselineRow(d, "—" if n is None else f"{n:g}", _use(u, e))
        for d, n, u, e in reversed(known[-60:])
    ]
    return data, rows


def around(found: Iterable[Any], names: Mapping[tuple[str, str], str]) -> dict[str, Any] | None:
    """What every source says, over the days before a signal."""
    series = [
        {
            "name": names[each.source, each.condition],
            "points": [[day.isoformat(), n] for day, n in each.counts.items()],
        }
        for each in found
    ]
    if not series:
        return None
    return {"name": _("By source"), "unit": "", "low": None, "high": None, "series": series}


def bars(values: Mapping[str, int] | Mapping[date, int]) -> Bars | None:
    """Bars of counts by day; None where there are none."""
    items = [(k.isoformat() if isinstance(k, date) else k, v) for k, v in values.items()]
    most = max((v for _k, v in items), default=0)
    if not most:
        return None
    step = WIDTH / len(items)
    every = max(1, len(items) // 8)
    drawn = [
        _bar(n, label, value, step, most, is_labelled=n % every == 0)
        for n, (label, value) in enumerate(items)
    ]
    return Bars(WIDTH, HEIGHT, HEIGHT - 4, tuple(drawn), most)


def _bar(n: int, label: str, value: int, step: float, most: int, *, is_labelled: bool) -> Bar:
    height = (HEIGHT - FOOT - 14) * value / most
    x = n * step + step * 0.12
    return Bar(
        round(x, 1),
        round(HEIGHT - FOOT - height, 1),
        round(step * 0.76, 1),
        round(height, 1),
        round(n * step + step / 2, 1),
        label[5:],
        value,
        is_labelled,
    )


def _use(used: bool, event: bool) -> str:
    if event:
        return _("event, weighted down")
    return _("baseline") if used else _("left out")
