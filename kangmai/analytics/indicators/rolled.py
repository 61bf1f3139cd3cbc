"""Counts rolled up once to the towns, counties and the city, and kept beside them: what pages show first is looked up.

The counts of a large city are tens of thousands of cells, and a cockpit shows a hundred figures. They are the same
as those that `rollup` makes, and are made by it.
"""

from collections.abc import Mapping
from dataclasses import astuple
from functools import lru_cache

import orjson

from kangmai.analytics.indicators.counting import FIGURES, count, name_of
from kangmai.analytics.indicators.definition import Indicator
from kangmai.analytics.indicators.reporting import Reporting, reporting_of
from kangmai.analytics.indicators.rollup import (
    LENGTHS,
    Amounts,
    nearby,
    next_below,
    parts,
    placed,
    total,
)
from kangmai.analytics.lake.manifest import Manifest
from kangmai.analytics.lake.store import Lake
from kangmai.analytics.types import By, Engine
from kangmai.standards.divisions import city_code_of
from kangmai.standards.periods import Period

ROOT = ""
Tree = Mapping[str, Mapping[str, Amounts]]
"""The amounts of the parts of an area, by its code; the city's own stand under ROOT."""


def rolled(
    indicator: Indicator, lake: Lake, manifest: Manifest, period: Period, area: str, by: By | None
) -> tuple[Amounts, Mapping[str, Amounts]] | None:
    """The amounts of an area and of its next parts; None where they are not among those that are kept."""
    home, reporting = city_code_of(area), reporting_of(lake, manifest, period)
    is_next = by is None or (by is next_below(area) and by is not By.VILLAGE)
    if home is None or len(area) > LENGTHS[By.TOWN] or not is_next or reporting.zone_of(area):
        return None
    tree = _tree(indicator, lake, manifest, period, home, reporting)
    parent = ROOT if area == home else home if len(area) == LENGTHS[By.COUNTY] else area[:6]
    whole = tree.get(parent, {}).get(area)
    below = tree.get(area, {}) if by else {}
    return None if whole is None or (by and area not in tree) else (whole, below)


def _tree(
    indicator: Indicator,
    lake: Lake,
    manifest: Manifest,
    period: Period,
    home: str,
    reporting: Reporting,
) -> Tree:
    counts = name_of(indicator, lake, manifest.id, period)
    name = f"{FIGURES}/areas/{counts}.{home}.{reporting.mark}.json"
    try:
        return _kept(lake, name)
    except KeyError:
        tree = _made(indicator, lake, manifest, period, home, reporting)
        plain = {parent: {code: astuple(each) for code, each in some.items()} for parent, some in tree.items()}  # fmt: skip
        lake.storage.put(name, orjson.dumps(plain))
        return tree


@lru_cache(maxsize=1024)
def _kept(lake: Lake, name: str) -> Tree:
    """A tree that was made before. Raises KeyError where there is none."""
    text = lake.storage.find(name)
    if text is None:
        raise KeyError(name)
    return {
        parent: {code: Amounts(*each) for code, each in some.items()}
        for parent, some in orjson.loads(text).items()
    }


def _made(
    indicator: Indicator,
    lake: Lake,
    manifest: Manifest,
    period: Period,
    home: str,
    reporting: Reporting,
) -> Tree:
    counted = count(indicator, lake, manifest, period, engine=Engine.DUCKDB)
    counts = placed(indicator, counted, reporting)
    counties = parts(indicator, counts, home, By.COUNTY, reporting)
    near = nearby(counts, By.COUNTY, reporting)
    return {
        ROOT: {home: total(indicator, counts, home, reporting)},
        home: counties,
        **{
            each: parts(indicator, near(each), each, By.TOWN, reporting)
            for each in counties
            if each and not reporting.zone_of(each)
        },
    }
