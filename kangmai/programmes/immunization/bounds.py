"""The first day on which a dose counts: age, intervals, live vaccines, immunoglobulin.

The same bounds judge a given dose and forecast one that is not given. Missed doses never restart a
series: no bound grows with the time that has passed.
"""

from typing import NamedTuple

from kangmai.programmes.immunization.ages import Ages
from kangmai.programmes.immunization.days import iso
from kangmai.programmes.immunization.immunoglobulin import spoilt_by, waits_until
from kangmai.programmes.immunization.live_vaccines import latest_live_before
from kangmai.programmes.immunization.schedule import DoseRule
from kangmai.programmes.immunization.types import Reason
from kangmai.programmes.immunization.visit import Visit


class Earlier(NamedTuple):
    """The valid doses so far: the day of each by its number, and the latest.

    `vaccine`: what the latest was; empty where it is only planned.
    """

    by_dose: dict[int, int]
    latest: int | None
    vaccine: str

    def then(self, dose: int, day: int, vaccine: str) -> "Earlier":
        """With one more."""
        return Earlier({**self.by_dose, dose: day}, day, vaccine)


NOTHING = Earlier({}, None, "")


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
    strictest = Bound(age_day, Reason("min_age", (age_day - visit.child.born,)))
    for each in _others(visit, rule, earlier=earlier, before=before, vaccine=vaccine):
        if each.day > strictest.day:
            strictest = each
    return strictest


def _others(
    visit: Visit, rule: DoseRule, *, earlier: Earlier, before: int, vaccine: str
) -> list[Bound]:
    found = []
    if rule.min_interval_days and earlier.latest is not None:
        days = rule.min_interval_days
        found.append(Bound(earlier.latest + days, _interval(days, earlier)))
    if rule.min_days_after_dose is not None:
        number, days = rule.min_days_after_dose
        if number in earlier.by_dose:
            found.append(
                Bound(earlier.by_dose[number] + days, Reason("after_dose", (days, number)))
            )
    if rule.min_days_after_vaccine is not None:
        other, days = rule.min_days_after_vaccine
        other_day = visit.latest_of(other, until=before)
        if other_day is not None:
            reason = Reason("interval", (days, other, iso(other_day)))
            found.append(Bound(other_day + days, reason))
    if vaccine in visit.schedule.live_injected and (live := latest_live_before(visit, before)):
        days = visit.schedule.live_interval_days
        reason = Reason("live_interval", (days, live.vaccine, iso(live.day)))
        found.append(Bound(live.day + days, reason))
    if visit.child.immunoglobulin and (wait := waits_until(visit, vaccine, before)):
        months = visit.schedule.immunoglobulin_months
        found.append(Bound(wait[0], Reason("immunoglobulin", (months, iso(wait[1])))))
    return found


def _interval(days: int, earlier: Earlier) -> Reason:
    """The interval from a dose that was given, or from one that is only planned (no vaccine named)."""
    if not earlier.vaccine or earlier.latest is None:
        return Reason("planned_interval", (days,))
    return Reason("interval", (days, earlier.vaccine, iso(earlier.latest)))


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
            return limit.day, Reason("invalid_before_immunoglobulin", (days, iso(spoiler)))
    return limit.day, None
