"""The first day on which a dose counts: age, intervals, live vaccines, immunoglobulin.

The same bounds judge a given dose and forecast one that is not given. Missed doses never restart a
series: no bound grows with the time that has passed.
"""

from functools import cache
from typing import NamedTuple

from kangmai.programmes.immunization.days import Day
from kangmai.programmes.immunization.intervals.immunoglobulin import spoilt_by, waits_until
from kangmai.programmes.immunization.intervals.live_vaccines import latest_live_before
from kangmai.programmes.immunization.schedule.ages import Ages
from kangmai.programmes.immunization.schedule.types import DoseRule
from kangmai.programmes.immunization.types import Reason
from kangmai.programmes.immunization.visit import Visit


class Earlier(NamedTuple):
    """The valid doses so far, each as its number and day, and the latest.

    `vaccine`: what the latest was; empty where it is only planned.
    """

    doses: tuple[tuple[int, int], ...]
    latest: int | None
    vaccine: str

    def then(self, dose: int, day: int, vaccine: str) -> "Earlier":
        """With one more."""
        return Earlier((*self.doses, (dose, day)), day, vaccine)


NOTHING = Earlier((), None, "")


class Bound(NamedTuple):
    """A day before which a dose does not count, and why."""

    day: int
    reason: Reason


def bound(
    visit: Visit, rule: DoseRule, *, age_day: int, earlier: Earlier, before: int, vaccine: str
) -> Bound:
    """The strictest bound of a dose.

    `age_day`: when the child reaches the age. `before`: live vaccines given before this day count
    (one on the day itself does not hinder), and immunoglobulin up to it.
    """
    strictest = Bound(age_day, _min_age(age_day - visit.child.born))
    if earlier.latest is not None:
        strictest = _after_doses(rule, earlier, strictest)
    if rule.min_days_after_vaccine is not None:
        strictest = _after_vaccine(visit, rule.min_days_after_vaccine, before, strictest)
    if vaccine in visit.schedule.live_injected:
        strictest = _after_live(visit, before, strictest)
    if visit.child.immunoglobulin:
        strictest = _after_immunoglobulin(visit, vaccine, before, strictest)
    return strictest


@cache
def _min_age(days: int) -> Reason:
    return Reason("min_age", (days,))


def _after_doses(rule: DoseRule, earlier: Earlier, other: Bound) -> Bound:
    """After the dose before, and after one before that, where that is stricter."""
    assert earlier.latest is not None
    days = rule.min_interval_days
    if earlier.latest + days > other.day:
        values = (days, earlier.vaccine, Day(earlier.latest))
        reason = (
            Reason("interval", values) if earlier.vaccine else Reason("planned_interval", (days,))
        )
        other = Bound(earlier.latest + days, reason)
    if rule.min_days_after_dose is not None:
        number, days = rule.min_days_after_dose
        for dose, day in earlier.doses:
            if dose == number and day + days > other.day:
                other = Bound(day + days, Reason("after_dose", (days, number)))
    return other


def _after_vaccine(visit: Visit, rule: tuple[str, int], before: int, other: Bound) -> Bound:
    """After the latest dose of another series."""
    vaccine, days = rule
    day = visit.latest_of(vaccine, until=before)
    if day is None or day + days <= other.day:
        return other
    return Bound(day + days, Reason("interval", (days, vaccine, Day(day))))


def _after_live(visit: Visit, before: int, other: Bound) -> Bound:
    live = latest_live_before(visit, before)
    days = visit.schedule.live_interval_days
    if live is None or live.day + days <= other.day:
        return other
    return Bound(live.day + days, Reason("live_interval", (days, live.vaccine, Day(live.day))))


def _after_immunoglobulin(visit: Visit, vaccine: str, before: int, other: Bound) -> Bound:
    wait = waits_until(visit, vaccine, before)
    if wait is None or wait[0] <= other.day:
        return other
    months = visit.schedule.immunoglobulin_months
    return Bound(wait[0], Reason("immunoglobulin", (months, Day(wait[1]))))


def fault(
    visit: Visit, rule: DoseRule, ages: Ages, *, earlier: Earlier, day: int, vaccine: str
) -> tuple[int, Reason | None]:
    """The first day on which a given dose would have counted, and why it does not, if it does not."""
    limit = bound(
        visit, rule, age_day=ages.counts_from, earlier=earlier, before=day, vaccine=vaccine
    )
    if day < limit.day:
        return limit.day, Reason(f"invalid_{limit.reason.name}", limit.reason.values)
    if earlier.latest == day:
        return limit.day, Reason("invalid_same_day")
    if visit.child.immunoglobulin:
        spoiler = spoilt_by(visit, vaccine, day)
        if spoiler is not None:
            days = visit.schedule.before_immunoglobulin_days
            return limit.day, Reason("invalid_before_immunoglobulin", (days, Day(spoiler)))
    return limit.day, None
