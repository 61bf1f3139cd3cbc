"""The first day on which a dose counts: age, intervals, live vaccines, immunoglobulin.

The same bounds judge a given dose and forecast one that is not given. Missed doses never restart a
series: no bound grows with the time that has passed.
"""

from operator import itemgetter
from typing import NamedTuple

from kangmai.programmes.immunization.ages import Ages
from kangmai.programmes.immunization.days import Day
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
    found = _intervals(rule, earlier)
    found += _after_vaccine(visit, rule, before)
    found += _after_live(visit, vaccine, before)
    if visit.child.immunoglobulin:
        found += _after_immunoglobulin(visit, vaccine, before)
    strictest = max(found, key=_day_of, default=None)
    if strictest is None or strictest.day <= age_day:
        return Bound(age_day, Reason("min_age", (age_day - visit.child.born,)))
    return strictest


_day_of = itemgetter(0)


def _intervals(rule: DoseRule, earlier: Earlier) -> list[Bound]:
    """After the dose before, and after one before that."""
    found = []
    days = rule.min_interval_days
    if days and earlier.latest is not None:
        day = earlier.latest + days
        if earlier.vaccine:
            reason = Reason("interval", (days, earlier.vaccine, Day(earlier.latest)))
            found.append(Bound(day, reason))
        else:
            found.append(Bound(day, Reason("planned_interval", (days,))))
    if rule.min_days_after_dose is not None:
        number, days = rule.min_days_after_dose
        if number in earlier.by_dose:
            day = earlier.by_dose[number] + days
            found.append(Bound(day, Reason("after_dose", (days, number))))
    return found


def _after_vaccine(visit: Visit, rule: DoseRule, before: int) -> list[Bound]:
    if rule.min_days_after_vaccine is None:
        return []
    other, days = rule.min_days_after_vaccine
    day = visit.latest_of(other, until=before)
    return [] if day is None else [Bound(day + days, Reason("interval", (days, other, Day(day))))]


def _after_live(visit: Visit, vaccine: str, before: int) -> list[Bound]:
    if vaccine not in visit.schedule.live_injected:
        return []
    live = latest_live_before(visit, before)
    days = visit.schedule.live_interval_days
    if live is None:
        return []
    return [Bound(live.day + days, Reason("live_interval", (days, live.vaccine, Day(live.day))))]


def _after_immunoglobulin(visit: Visit, vaccine: str, before: int) -> list[Bound]:
    wait = waits_until(visit, vaccine, before)
    months = visit.schedule.immunoglobulin_months
    if wait is None:
        return []
    return [Bound(wait[0], Reason("immunoglobulin", (months, Day(wait[1]))))]


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
