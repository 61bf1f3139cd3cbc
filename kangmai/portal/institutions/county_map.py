"""The map of a city's counties with their residents, and the same figures as a table."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from kangmai.portal.shell import area, words
from kangmai.standards.divisions import City, Division
from kangmai.standards.geography import boundaries_json
from kangmai.standards.population import Confidence, Population, find_population


@dataclass(frozen=True, slots=True)
class MapRow:
    """A county in the table beside the map."""

    name: str
    value: str
    address: str
    is_estimate: bool


@dataclass(frozen=True, slots=True)
class CountyMap:
    """A map with its title, its data for the chart, and the same as rows."""

    title: str
    description: str
    unit: str
    data: dict[str, Any]
    rows: tuple[MapRow, ...]
    source: str


def county_map(home: City, *, year: int) -> CountyMap:
    """Residents by county, each the latest figure up to `year`; an unknown one is not zero but absent."""
    counties = area.counties(home)
    figures = {each.code: find_population(each.code, year=year) for each in counties}
    boundaries = json.loads(boundaries_json(home.code))
    years = sorted({figure.year for figure in figures.values() if figure})
    span = "–".join(str(each) for each in dict.fromkeys((*years[:1], *years[-1:])))
    title = _("Residents %(years)s") % {"years": span} if years else _("Counties")
    unit = _("residents")
    return CountyMap(
        title,
        _("Map of the counties of %(city)s, shaded by residents") % {"city": area.name(home.root)},
        unit,
        {
            "name": title,
            "unit": unit,
            "boundaries": boundaries,
            "areas": [_area(each, figures[each.code]) for each in counties],
        },
        tuple(_row(each, figures[each.code]) for each in counties),
        str(boundaries.get("attribution") or boundaries.get("source", "")),
    )


def _address(county: Division) -> str:
    return f"{reverse('institutions')}?{urlencode({'area': county.code})}"


def _area(county: Division, figure: Population | None) -> dict[str, Any]:
    return {
        "code": county.code,
        "name": area.name(county),
        "value": figure.residents if figure else None,
        "link": _address(county),
    }


def _row(county: Division, figure: Population | None) -> MapRow:
    return MapRow(
        area.name(county),
        words.count(figure.residents) if figure else _("not available"),
        _address(county),
        figure is not None and figure.confidence is Confidence.ESTIMATE,
    )
