"""Count what will be asked for: in the night what pages and files show first, and many figures at once in one engine."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import cache
from typing import Any

from kangmai.analytics.errors import LakeBehind
from kangmai.analytics.indicators.counting import count, why_not
from kangmai.analytics.indicators.definition import Indicator, indicators, twelve_months_to
from kangmai.analytics.indicators.earlier import (
    TREND_MONTHS,
    level_periods,
    months_before,
    week_and_before,
)
from kangmai.analytics.indicators.hiding import hidden_areas
from kangmai.analytics.indicators.rolled import rolled
from kangmai.analytics.lake.manifest import Manifest
from kangmai.analytics.lake.storage import Files
from kangmai.analytics.lake.store import Lake
from kangmai.analytics.types import Engine
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import city_code_of
from kangmai.standards.periods import Period, year

Open = Callable[[Mapping[str, Files]], Any]


@contextmanager
def one_engine() -> Iterator[Open]:
    """An opener for one count after another; nothing is opened before the first that is not kept."""
    with ExitStack() as stack:

        @cache
        def engine() -> Open:
            from kangmai.analytics.engines.duck import duckdb_engine

            return stack.enter_context(duckdb_engine())

        yield lambda files: engine()(files)


def count_together(
    some: Iterable[Indicator], lake: Lake, manifest: Manifest, period: Period
) -> None:
    """Count for a period what is not kept yet. What cannot be counted is passed over: its result says why."""
    with one_engine() as opener:
        for each in some:
            if why_not(each, manifest, period) is None:
                try:
                    count(each, lake, manifest, period, engine=Engine.DUCKDB, opener=opener)
                except LakeBehind:
                    continue


def count_first(lake: Lake, manifest: Manifest, *, on: date) -> int:
    """Count the figures that people look at first, so that no page has to; returns how many."""
    cities, done = sorted(_cities_of(manifest)), 0
    outgoing = set(outgoing_periods(legal_day(manifest.cutoff.at)))
    with one_engine() as opener:
        for indicator, period in _ahead(manifest, on):
            count(indicator, lake, manifest, period, engine=Engine.DUCKDB, opener=opener)
            for city in cities:
                rolled(indicator, lake, manifest, period, city, None)
                if period in outgoing:
                    hidden_areas(indicator, lake, manifest, period, city)
            done += 1
    return done


def _ahead(manifest: Manifest, on: date) -> Iterator[tuple[Indicator, Period]]:
    """What is counted in the night: every indicator for the periods that are asked for first, where it can be."""
    for indicator in indicators(on=on):
        for period in dict.fromkeys(usual_periods(indicator, legal_day(manifest.cutoff.at))):
            if indicator.counts(period) and why_not(indicator, manifest, period) is None:
                yield indicator, period


def _cities_of(manifest: Manifest) -> set[str]:
    """The cities whose counties have rows in the lake."""
    tables = manifest.tables.values()
    found = {city_code_of(each.county) for table in tables for each in table.partitions}
    return {each for each in found if each}


def outgoing_periods(today: date) -> list[Period]:
    """What the level above asks for: the years, twelve months, the latest month and the latest quarter that are over."""
    first = today.replace(day=1)
    closed = months_before(first, (first.month - 1) % 3)
    spans = [Period(months_before(first, 1), first), Period(months_before(closed, 3), closed)]
    return [year(today.year), year(today.year - 1), twelve_months_to(first), *spans]


def usual_periods(of: Indicator, today: date) -> list[Period]:
    """What pages and files show first: those that go out, and twelve months to each of the latest months.

    Of what is followed also the months that its level is told of, of what is watched the week; of what stands in
    the list only its value and those it is compared with: its trend is counted when somebody looks.
    """
    every = [months_before(today.replace(day=1), n) for n in range(TREND_MONTHS)]
    ends = every if of.is_followed else [every[0], every[1], every[-1]]
    found = [*outgoing_periods(today), *map(twelve_months_to, ends)]
    if of.is_watched:
        found += week_and_before(today)
    return found + level_periods(of, today) if of.is_followed else found
