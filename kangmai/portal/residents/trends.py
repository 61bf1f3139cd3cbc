"""The course of one measurement: every Observation of the same code, in one unit, by time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.utils.translation import gettext as _

from kangmai.portal.residents.moments import moment_of
from kangmai.portal.residents.summaries import concept
from kangmai.records.types import Stored

Resource = Mapping[str, Any]
FEWEST_POINTS = 2


@dataclass(frozen=True, slots=True)
class TrendRow:
    """The values of one instant, one per series."""

    date: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """A chart of one measurement, and the same figures as rows."""

    key: str
    title: str
    description: str
    data: dict[str, Any]
    rows: tuple[TrendRow, ...]


@dataclass(frozen=True, slots=True)
class _Point:
    key: str
    title: str
    series: str
    iso: str
    value: float
    unit: str
    low: float | None
    high: float | None


def measurement_key(resource: Resource) -> str:
    """What makes two Observations the same measurement: system and code of the first coding; "" if none."""
    if resource.get("resourceType") != "Observation" or not any(_numbers(resource)):
        return ""
    codings = resource.get("code", {}).get("coding", ())
    return f"{codings[0].get('system', '')}|{codings[0].get('code', '')}" if codings else ""


def _numbers(resource: Resource) -> Iterator[tuple[Resource, Resource]]:
    """The parts of an Observation that hold a number: itself, or its components."""
    for part in (resource, *resource.get("component", ())):
        value = part.get("valueQuantity", {})
        if isinstance(value.get("value"), int | float):
            yield part, value


def _points(resource: Resource) -> Iterator[_Point]:
    moment = moment_of(resource)
    if moment is None or resource.get("status") == "entered-in-error":
        return
    for part, value in _numbers(resource):
        low, high = _range(part)
        yield _Point(
            measurement_key(resource),
            concept(resource.get("code")),
            concept(part.get("code")),
            moment.iso,
            value["value"],
            str(value.get("unit") or value.get("code") or ""),
            low,
            high,
        )


def _range(part: Resource) -> tuple[float | None, float | None]:
    """The reference range that came with the value; ours is never added."""
    for given in part.get("referenceRange", ()):
        return given.get("low", {}).get("value"), given.get("high", {}).get("value")
    return None, None


def _all_points(entries: Iterable[Stored]) -> list[_Point]:
    found = (point for each in entries for point in _points(orjson.loads(each.body)))
    return sorted(found, key=lambda point: point.iso)


def measurements(entries: Iterable[Stored]) -> dict[str, str]:
    """Measurements with a course to show, most frequent first: key and title."""
    counts: dict[str, int] = {}
    titles: dict[str, str] = {}
    for entry in entries:
        resource = orjson.loads(entry.body)
        if key := measurement_key(resource):
            counts[key] = counts.get(key, 0) + 1
            titles[key] = concept(resource.get("code"))
    enough = [key for key, count in counts.items() if count >= FEWEST_POINTS]
    return {key: titles[key] for key in sorted(enough, key=lambda key: -counts[key])}


def trend(entries: Iterable[Stored], *, key: str) -> Trend | None:
    """The course of the measurement `key`, or None where there are not two values in one unit."""
    points = [point for point in _all_points(entries) if point.key == key]
    if not points:
        return None
    unit = points[-1].unit
    points = [point for point in points if point.unit == unit]
    names = tuple(dict.fromkeys(point.series for point in points))
    if len(points) < FEWEST_POINTS:
        return None
    title = points[-1].title
    single = len(names) == 1
    return Trend(
        key,
        title,
        _("%(title)s from %(first)s to %(latest)s")
        % {"title": title, "first": points[0].iso[:10], "latest": points[-1].iso[:10]},
        {
            "name": title,
            "unit": unit,
            "low": points[-1].low if single else None,
            "high": points[-1].high if single else None,
            "series": [_series(name, points) for name in names],
        },
        _rows(points, names),
    )


def _series(name: str, points: Iterable[_Point]) -> dict[str, Any]:
    return {
        "name": name,
        "points": [[each.iso, each.value] for each in points if each.series == name],
    }


def _rows(points: Iterable[_Point], names: tuple[str, ...]) -> tuple[TrendRow, ...]:
    by_instant: dict[str, dict[str, str]] = {}
    for point in points:
        by_instant.setdefault(point.iso, {})[point.series] = f"{point.value:g}"
    return tuple(
        TrendRow(iso[:10], tuple(values.get(name, "—") for name in names))
        for iso, values in sorted(by_instant.items(), reverse=True)
    )
