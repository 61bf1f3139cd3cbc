"""When the schedule wants each dose of a child, whatever was given: the base of coverage.

Doses are named by series and place: polio 3 is the third dose whichever product it was. What only fills up
where doses were missed (DT, Td) is a series of its own, named `<series>_catch_up`.
"""

from collections.abc import Iterator
from typing import NamedTuple

from kangmai.programmes.immunization.schedule.ages import ages
from kangmai.programmes.immunization.schedule.conditions import holds
from kangmai.programmes.immunization.schedule.types import DoseRule, Plan, Schedule, Series
from kangmai.programmes.immunization.types import Child, Row
from kangmai.programmes.immunization.visit import Visit


class Wanted(NamedTuple):
    """One row of a forecast with its series, the day of the schedule and the last day of timely completion."""

    series: str
    row: Row
    due: int | None
    timely_until: int | None


def plan_of(series: Series, child: Child, on: int) -> Plan | None:
    """The plan of a series that is for this child."""
    for plan in series.plans:
        if not plan.when or holds(plan.when, child, on):
            return plan
    return None


def wanted(rules: Schedule, series: Series, rows: list[Row], today: Visit) -> Iterator[Wanted]:
    """The rows of a series with the days of the schedule; none for a row the schedule has no place for."""
    plan = plan_of(series, today.child, today.on)
    places = {rule.dose: rule for rule in plan.doses} if plan else {}
    filling = frozenset(series.catch_up.rules) if series.catch_up else frozenset()
    for row in rows:
        if row.vaccine in filling:
            yield Wanted(f"{series.id}_catch_up", row, row.recommended, _ends(rules, row))
            continue
        rule = places.get(row.dose)
        if rule is None:
            yield Wanted(series.id, row, None, None)
        else:
            yield Wanted(series.id, row, *_days(rule, today.child.born))


def _days(rule: DoseRule, born: int) -> tuple[int, int]:
    found = ages(rule, born)
    until = found.timely_until
    return found.due, until if until is not None else found.due + rule.overdue_after_days


def _ends(rules: Schedule, row: Row) -> int | None:
    return None if row.recommended is None else row.recommended + rules.upcoming_days
