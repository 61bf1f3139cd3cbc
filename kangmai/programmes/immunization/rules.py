"""The forecast: every dose of the schedule once, and every dose that was given.

The door of this folder: what others need of its parts is named in `__all__`.
"""

from collections.abc import Callable
from datetime import date

from kangmai.programmes.immunization.children import FIELDS, read_child
from kangmai.programmes.immunization.days import iso
from kangmai.programmes.immunization.reasons import say
from kangmai.programmes.immunization.schedule.conditions import holds
from kangmai.programmes.immunization.schedule.reading import schedule
from kangmai.programmes.immunization.schedule.types import Plan, Schedule, Series
from kangmai.programmes.immunization.series.diphtheria_tetanus import diphtheria_tetanus
from kangmai.programmes.immunization.series.in_order import in_order
from kangmai.programmes.immunization.series.polio import polio
from kangmai.programmes.immunization.types import Child, Forecast, Row
from kangmai.programmes.immunization.visit import Visit, visit

__all__ = [
    "FIELDS",
    "METHODS",
    "Schedule",
    "forecast",
    "forecast_by",
    "iso",
    "read_child",
    "say",
    "schedule",
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


def _rows(today: Visit, series: Series) -> list[Row]:
    if not series.is_offered_to_all and not today.given_of(series.vaccines):
        return []
    for plan in series.plans:
        if not plan.when or holds(plan.when, today.child, today.on):
            return METHODS[series.method](today, series, plan)
    return []
