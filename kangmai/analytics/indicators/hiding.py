"""Which areas of a city an outsider does not see: small numbers, and enough beside them."""

from collections.abc import Mapping
from functools import lru_cache

import orjson

from kangmai.analytics import disclosure
from kangmai.analytics.indicators.counting import FIGURES, Counts, count, name_of
from kangmai.analytics.indicators.definition import Indicator
from kangmai.analytics.indicators.reporting import Reporting, reporting_of
from kangmai.analytics.indicators.rollup import Amounts, nearby, parts, placed, total
from kangmai.analytics.lake.manifest import Manifest
from kangmai.analytics.lake.store import Lake
from kangmai.analytics.types import By, Engine, Form
from kangmai.standards.divisions import city_code_of
from kangmai.standards.periods import Period


def hidden_areas(
    indicator: Indicator, lake: Lake, manifest: Manifest, period: Period, area: str
) -> frozenset[str]:
    """What `_hidden` gives: made once of the same counts and rules, and kept beside the counts."""
    if not indicator.suppress_below:
        return frozenset()
    reporting, root = reporting_of(lake, manifest, period), city_code_of(area) or area
    counts = name_of(indicator, lake, manifest.id, period)
    # only with zones does the answer depend on which part of the city is asked for
    home = area if reporting.zones else root
    name = (
        f"{FIGURES}/areas/{counts}.{home}.{reporting.mark}.{indicator.suppress_below}.hidden.json"
    )
    try:
        return _kept(lake, name)
    except KeyError:
        counted = count(indicator, lake, manifest, period, engine=Engine.DUCKDB)
        found = _hidden(indicator, placed(indicator, counted, reporting), area, reporting)
        lake.storage.put(name, orjson.dumps(sorted(found)))
        return found


@lru_cache(maxsize=1024)
def _kept(lake: Lake, name: str) -> frozenset[str]:
    """Areas that were found before. Raises KeyError where they were not."""
    text = lake.storage.find(name)
    if text is None:
        raise KeyError(name)
    return frozenset(orjson.loads(text))


def _hidden(
    indicator: Indicator, counts: Counts, area: str, reporting: Reporting
) -> frozenset[str]:
    """The areas of the whole city whose figures an outsider does not see, the same for every question.

    What lies in an area and in none of its parts is a part of it, too, under `<area>?`. What lies in a zone that
    reports elsewhere is hidden whole: beside the sums it is a part of, it would give the rest away.
    """
    zones = _in_zones(indicator, counts, area, reporting)
    root = city_code_of(area) or area
    amounts = {root: total(indicator, counts, root, reporting)}
    children: dict[str, list[str]] = {}
    below = _open(indicator, counts, root, By.COUNTY, amounts, children, reporting)
    for level, by in ((By.COUNTY, By.TOWN), (By.TOWN, By.VILLAGE)):
        near = nearby(counts, level, reporting)
        below = [
            child
            for each in below
            for child in _open(indicator, near(each), each, by, amounts, children, reporting)
        ]
    return zones.union(
        *(
            disclosure.hidden(root, children, column, least=indicator.suppress_below)
            for column in _columns(indicator, amounts)
        )
    )


def _in_zones(
    indicator: Indicator, counts: Counts, area: str, reporting: Reporting
) -> frozenset[str]:
    """The area and its parts, as far as they lie in a zone that reports elsewhere."""
    if not reporting.zones:
        return frozenset()
    codes = {area}.union(
        *(parts(indicator, counts, area, by, reporting) for by in (By.COUNTY, By.TOWN, By.VILLAGE))
    )
    inside = reporting.zone_of(area) is not None
    return frozenset(
        code or f"{area}?" for code in codes if inside or (code and reporting.zone_of(code))
    )


def _open(
    indicator: Indicator,
    counts: Counts,
    area: str,
    by: By,
    amounts: dict[str, Amounts],
    children: dict[str, list[str]],
    reporting: Reporting,
) -> list[str]:
    """Put the parts of an area into the tree; returns those that have parts themselves."""
    below = parts(indicator, counts, area, by, reporting)
    named = {code or f"{area}?": each for code, each in below.items()}
    amounts.update(named)
    children[area] = list(named)
    return [code for code in named if not code.endswith("?")]


def _columns(indicator: Indicator, amounts: Mapping[str, Amounts]) -> list[dict[str, int]]:
    """The amounts that must each hold by itself. Of a ratio only what it is counted against is of people."""
    numerators = {area: each.numerator for area, each in amounts.items()}
    denominators = {area: each.denominator or 0 for area, each in amounts.items()}
    match indicator.form:
        case Form.SHARE:
            between = {area: denominators[area] - numerators[area] for area in amounts}
            return [denominators, numerators, between]
        case Form.RATIO:
            return [denominators]
        case _:
            return [numerators]
