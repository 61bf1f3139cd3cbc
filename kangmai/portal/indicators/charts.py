"""The data of a map of counties and of a trend; the page shows the same figures as tables."""

import json
from typing import Any

from django.utils.translation import gettext as _

from kangmai.analytics.rules import Indicator
from kangmai.analytics.types import By, Result
from kangmai.portal.indicators.asking import Asked, named
from kangmai.portal.indicators.presenters import (
    Shown,
    area_name,
    number,
    said,
    shown,
    target_of,
)
from kangmai.standards.divisions import cities
from kangmai.standards.geography import boundaries_json


def county_map(found: Result, rule: Indicator, asked: Asked) -> dict[str, Any] | None:
    """The map of a city's counties; None for smaller areas."""
    if found.by is not By.COUNTY or asked.area not in cities():
        return None
    boundaries = json.loads(boundaries_json(asked.area))
    return {
        "name": said(rule.title),
        "unit": said(rule.unit),
        "boundaries": boundaries,
        "attribution": boundaries.get("attribution", ""),
        "areas": [
            {
                "code": each.area,
                "name": area_name(each.area),
                "value": number(each.value),
                "link": asked.address("indicator", rule.id, area=each.area, by=""),
            }
            for each in found.parts
            if each.area
        ],
    }


def trend(
    results: list[Result], rule: Indicator, asked: Asked
) -> tuple[dict[str, Any], list[tuple[str, Shown]]] | None:
    """The figure of the area over periods of the same kind, and the target; None where there is one point."""
    points = [(each.period.latest_day.isoformat(), number(each.total.value)) for each in results]
    if sum(value is not None for _day, value in points) < 2:
        return None
    series = [
        {"name": said(rule.title), "points": [each for each in points if each[1] is not None]}
    ]
    targets = [
        (each.period.latest_day.isoformat(), number(target_of(rule, each.period, asked.area)))
        for each in results
    ]
    if any(value is not None for _day, value in targets):
        series.append(
            {"name": _("Target"), "points": [each for each in targets if each[1] is not None]}
        )
    data = {
        "name": said(rule.title),
        "unit": said(rule.unit),
        "low": None,
        "high": None,
        "series": series,
    }
    return data, [(named(each.period), shown(each.total, name="", rule=rule)) for each in results]
