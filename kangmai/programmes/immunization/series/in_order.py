"""Series whose doses follow one another: each given dose that counts fills the next dose of the plan."""

from dataclasses import dataclass, field

from kangmai.programmes.immunization.intervals.bounds import NOTHING, Earlier, fault
from kangmai.programmes.immunization.schedule.ages import ages
from kangmai.programmes.immunization.schedule.types import DoseRule, Plan, Series
from kangmai.programmes.immunization.series.projection import project
from kangmai.programmes.immunization.series.rows import (
    done,
    invalid,
    next_number,
    not_needed,
    uncounted,
)
from kangmai.programmes.immunization.types import Given, Reason, Row, Status
from kangmai.programmes.immunization.visit import Visit


@dataclass(slots=True)
class Progress:
    """How far the given doses have come along a plan."""

    visit: Visit
    rows: list[Row] = field(default_factory=list)
    earlier: Earlier = NOTHING
    failed: int | None = None

    def judge(self, given: Given, rule: DoseRule, number: int) -> bool:
        """Add a given dose as this dose of the schedule; whether it counts."""
        rule = rule.as_of(given.day)
        days = ages(rule, self.visit.child.born)
        earliest, reason = fault(
            self.visit, rule, days, earlier=self.earlier, day=given.day, vaccine=given.vaccine
        )
        if reason is not None:
            self.rows.append(invalid(given, number, days, earliest, reason))
            self.failed = given.day
            return False
        self.rows.append(done(given, number, days, earliest))
        self.earlier = self.earlier.then(rule.dose, given.day, given.vaccine)
        self.failed = None
        return True


def in_order(visit: Visit, series: Series, plan: Plan) -> list[Row]:
    """The rows of a series whose doses follow one another."""
    progress = Progress(visit)
    position = 0
    for given in visit.given_of(series.vaccines):
        position += _pass_by(progress, plan, position, given.day)
        if position == len(plan.doses):
            progress.rows.append(uncounted(given, progress.rows, "additional"))
        else:
            position += _fill(progress, plan.doses[position], given)
    position += _pass_by(progress, plan, position, visit.on)
    waiting = [(rule, rule.dose) for rule in plan.doses[position:]]
    return progress.rows + project(
        visit, series, waiting, earlier=progress.earlier, failed=progress.failed
    )


def _pass_by(progress: Progress, plan: Plan, position: int, day: int) -> int:
    """How many doses are passed by, because their time is over (a birth dose after the first month)."""
    if position == len(plan.doses):
        return 0
    rule = plan.doses[position]
    born = progress.visit.child.born
    if rule.passes_at_age_days is None or day < born + rule.passes_at_age_days:
        return 0
    progress.rows.append(not_needed(rule.vaccine, rule.dose, Reason("passed")))
    return 1


def _fill(progress: Progress, rule: DoseRule, given: Given) -> int:
    """How many doses of the plan a given dose fills: one or none."""
    if given.vaccine == rule.vaccine:
        return progress.judge(given, rule, rule.dose)
    if given.vaccine not in rule.accepts:
        progress.rows.append(uncounted(given, progress.rows, "other_product"))
        return 0
    counted = [row for row in progress.rows if row.status is not Status.INVALID]
    if not progress.judge(given, rule, next_number(counted, given.vaccine)):
        return 0
    reason = Reason("in_its_place", (given.vaccine,))
    progress.rows.append(not_needed(rule.vaccine, rule.dose, reason))
    return 1
