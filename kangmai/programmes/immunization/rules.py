"""The forecast: every dose of the schedule once, and every dose that was given.

The door of this folder: what others need of its parts is named in `__all__`.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date
from functools import cache

from kangmai.programmes.immunization.children import FIELDS, read_child
from kangmai.programmes.immunization.days import iso
from kangmai.programmes.immunization.due_days import Wanted, plan_of, wanted
from kangmai.programmes.immunization.reasons import say
from kangmai.programmes.immunization.schedule.reading import schedule
from kangmai.programmes.immunization.schedule.types import Plan, Schedule, Series
from kangmai.programmes.immunization.schedule.vaccines import live_injected, vaccines
from kangmai.programmes.immunization.series.diphtheria_tetanus import diphtheria_tetanus
from kangmai.programmes.immunization.series.in_order import in_order
from kangmai.programmes.immunization.series.polio import polio
from kangmai.programmes.immunization.types import Child, Forecast, Given, Row
from kangmai.programmes.immunization.visit import Visit, visit

__all__ = [
    "FIELDS",
    "METHODS",
    "Schedule",
    "forecast",
    "forecast_by",
    "iso",
    "live_injected",
    "read_child",
    "row_if_given",
    "say",
    "schedule",
    "series_of",
    "series_rows",
    "vaccines",
    "wanted_doses",
]

METHODS: dict[str, Callable[[Visit, Series, Plan], list[Row]]] = {
    "in_order": in_order,
    "polio": polio,
    "diphtheria_tetanus": diphtheria_tetanus,
}


def forecast(child: Child, *, on: date, programme: str = "immunization") -> Forecast:
    """What a child has, lacks and may have by the rules in force on a day.

    Nothing in `child` may lie after `on`.

    Raises:
        UnknownDefinition: no rule was in force that day.
    """
    rules = schedule(programme, on=on)
    return Forecast(on.toordinal(), rules.rule_version, forecast_by(rules, child, on.toordinal()))


def forecast_by(rules: Schedule, child: Child, on: int) -> tuple[Row, ...]:
    """The rows of a child by a schedule; for many children on one day."""
    today = visit(child, on=on, schedule=rules)
    return tuple(row for series in rules.series for row in _rows(today, series))


def wanted_doses(child: Child, *, on: date, programme: str = "immunization") -> tuple[Wanted, ...]:
    """The rows of a child with their series and the days on which the schedule wants them.

    Raises:
        UnknownDefinition: no rule was in force that day.
    """
    rules = schedule(programme, on=on)
    today = visit(child, on=on.toordinal(), schedule=rules)
    return tuple(
        each
        for series in rules.series
        for each in wanted(rules, series, _rows(today, series), today)
    )


def series_rows(
    child: Child, wanted: Collection[str] = (), *, on: date, programme: str = "immunization"
) -> dict[str, list[Row]]:
    """Series → rows of a child by it, whether or not it is offered to all; where none is named, those
    that are not offered and not begun.

    Raises:
        UnknownDefinition: no rule was in force that day.
    """
    rules = schedule(programme, on=on)
    today = visit(child, on=on.toordinal(), schedule=rules)
    return {
        each.id: _rows_by_plan(today, each)
        for each in rules.series
        if (each.id in wanted if wanted else not _is_shown(today, each))
    }


def row_if_given(
    child: Child, vaccine: str, *, on: date, programme: str = "immunization"
) -> Row | None:
    """What the schedule would say of a dose given that day; nothing where it does not know the vaccine.

    A dose beyond what a child needs is a row without an earliest day.

    Raises:
        UnknownDefinition: no rule was in force that day.
    """
    dose = Given(on.toordinal(), vaccine)
    given = tuple(sorted({*child.given, dose}))
    found = series_rows(
        replace(child, given=given),
        (series_of(vaccine, on=on, programme=programme),),
        on=on,
        programme=programme,
    )
    rows = (row for rows in found.values() for row in rows)
    return next((row for row in rows if Given(row.given or 0, row.vaccine) == dose), None)


@cache
def series_of(vaccine: str, *, on: date, programme: str = "immunization") -> str:
    """The series that a vaccine belongs to; empty where the schedule has none."""
    found = schedule(programme, on=on).series
    return next((each.id for each in found if vaccine in each.vaccines), "")


def _is_shown(today: Visit, series: Series) -> bool:
    return series.is_offered_to_all or bool(today.given_of(series.vaccines))


def _rows(today: Visit, series: Series) -> list[Row]:
    return _rows_by_plan(today, series) if _is_shown(today, series) else []


def _rows_by_plan(today: Visit, series: Series) -> list[Row]:
    plan = plan_of(series, today.child, today.on)
    return METHODS[series.method](today, series, plan) if plan else []
