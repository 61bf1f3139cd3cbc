"""The forecast: every dose of the schedule once, and every dose that was given."""

from collections.abc import Callable
from datetime import date

from kangmai.programmes.immunization.conditions import holds
from kangmai.programmes.immunization.diphtheria_tetanus import diphtheria_tetanus
from kangmai.programmes.immunization.in_order import in_order
from kangmai.programmes.immunization.polio import polio
from kangmai.programmes.immunization.schedule import Plan, Schedule, Series, schedule
from kangmai.programmes.immunization.types import Child, Forecast, Row
from kangmai.programmes.immunization.visit import Visit, visit

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
        if holds(plan.when, today.child, today.on):
            return METHODS[series.method](today, series, plan)
    return []
