"""Which figures go out, as anybody outside may see them."""

from collections.abc import Collection, Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from kangmai.analytics import queries as figures
from kangmai.analytics.errors import LevelNotCounted
from kangmai.analytics.rules import Indicator, find_indicator, indicators, kinds_of
from kangmai.analytics.types import By, Form, Result, Status
from kangmai.governance.reporting.errors import OpenDataUnknown
from kangmai.governance.reporting.types import Released
from kangmai.kernel.actor import operator
from kangmai.standards.periods import Period

KEPT = 512
"""So many results are remembered: a year of all indicators for city, counties and towns."""
LEVELS = (By.COUNTY, By.TOWN)
READER = operator("reporting.open_data", permissions=("indicators.published",))
"""Who sees the whole city with small numbers hidden, and no more, whoever asks."""


def open_indicators(*, on: date) -> tuple[Indicator, ...]:
    """The indicators whose figures go out, of those from outside only what was ever taken in.

    Those of outbreaks are left out: they are published by authority only.
    """
    taken = figures.received_ids()
    return tuple(
        each
        for each in indicators(on=on)
        if not each.is_outbreak and (each.form is not Form.OUTSIDE or each.id in taken)
    )


def released(
    *, ids: Collection[str] = (), period: Period, area: str, by: By | None = None
) -> tuple[Released, ...]:
    """The figures of an area for a period, of the indicators named or of all that are counted for it.

    Raises:
        OpenDataUnknown: one of `ids` does not go out or is not counted for such a period, or `by` is no level of it.
        AreaUnknown, LakeBroken.
    """
    every = {each.id: each for each in open_indicators(on=period.latest_day) if kinds_of(period) & set(each.periods)}  # fmt: skip
    if unknown := sorted(set(ids) - set(every)):
        raise OpenDataUnknown(what=", ".join(unknown)[:200])
    if by is not None and by not in LEVELS:
        raise OpenDataUnknown(what=by.value)
    chosen = [every[id] for id in (ids or every)]
    return tuple(_released(chosen, period=period, area=area, by=by))


def _released(
    chosen: list[Indicator], *, period: Period, area: str, by: By | None
) -> Iterator[Released]:
    manifest = figures.manifest_in_force()
    _counted_together(tuple(each.id for each in chosen), period, manifest)
    for rule in chosen:
        # what was taken in from outside may change under one manifest; what was counted may not
        of = _published if rule.form is Form.OUTSIDE else _kept
        found = of(rule, period, area, by, manifest)
        if found.total.status is not Status.NOT_AVAILABLE or found.parts:
            yield Released(find_indicator(rule.id, on=period.latest_day) or rule, found)


def _published(rule: Indicator, period: Period, area: str, by: By | None, manifest: str) -> Result:
    """A figure as anybody outside may see it, without its parts where it has none of that level."""
    asked: dict[str, Any] = {
        "indicator": rule.id,
        "period": period,
        "area": area,
        "as_published": True,
    }
    asked |= {"manifest_id": manifest or None, "actor": READER}
    try:
        return figures.compute(**asked, by=by)
    except LevelNotCounted:
        return figures.compute(**asked)


_kept = lru_cache(maxsize=KEPT)(_published)


@lru_cache(maxsize=64)
def _counted_together(ids: tuple[str, ...], period: Period, manifest: str) -> None:
    """A period that nobody asked for before is counted in one engine, which is not opened for each figure."""
    figures.count_together(ids=ids, period=period, manifest_id=manifest or None)
