"""Where a dose that is not given stands on the day, in the order in which the answers exclude each other.

1. not needed: the child is not one for whom the series is;
2. aged out: beyond the upper age, or no day is left before it;
3. contraindicated;
4. by the calendar: due from the recommended day; overdue after the day for timely completion, or where
   none is stated so many days after the recommended day; upcoming shortly before; else not yet.
"""

from typing import NamedTuple

from kangmai.programmes.immunization.days import Day
from kangmai.programmes.immunization.reasons import from_definition
from kangmai.programmes.immunization.schedule.ages import Ages
from kangmai.programmes.immunization.schedule.conditions import holds
from kangmai.programmes.immunization.schedule.types import DoseRule, Series, Words
from kangmai.programmes.immunization.types import Reason, Status
from kangmai.programmes.immunization.visit import Visit

OPEN = frozenset({Status.DUE, Status.OVERDUE, Status.UPCOMING, Status.NOT_YET})
"""A dose in one of these will be given."""


class Standing(NamedTuple):
    """A status and why, where the calendar does not say it."""

    status: Status
    reasons: tuple[Reason, ...] = ()


def closed_by(visit: Visit, series: Series) -> Words | None:
    """The sentence that says why this child needs no more of a series."""
    for words in series.not_needed:
        if holds(words.when, visit.child, visit.on):
            return words
    if series.ended_by and any(each.vaccine in series.ended_by for each in visit.child.given):
        return series.ended_words
    return None


def standing(
    visit: Visit, series: Series, rule: DoseRule, ages: Ages, *, earliest: int, recommended: int
) -> Standing:
    """Where the dose stands."""
    if words := closed_by(visit, series):
        return Standing(Status.NOT_NEEDED, (from_definition(words),))
    if visit.on > ages.latest or earliest > ages.latest:
        return _beyond(visit, series, ages)
    if rule.vaccine in visit.child.contraindications:
        return Standing(Status.CONTRAINDICATED, (Reason("contraindicated"),))
    for words in series.withheld:
        if holds(words.when, visit.child, visit.on):
            return Standing(Status.CONTRAINDICATED, (from_definition(words),))
    return _by_calendar(visit, rule, ages, recommended)


def _beyond(visit: Visit, series: Series, ages: Ages) -> Standing:
    if visit.on <= ages.latest:
        return Standing(Status.AGED_OUT, (Reason("no_time_left", (Day(ages.latest),)),))
    if series.beyond_upper_age:
        return Standing(Status.NOT_NEEDED, (from_definition(series.beyond_upper_age),))
    return Standing(Status.AGED_OUT, (Reason("aged_out", (Day(ages.latest),)),))


def _by_calendar(visit: Visit, rule: DoseRule, ages: Ages, recommended: int) -> Standing:
    if visit.on < recommended:
        is_near = recommended - visit.on <= visit.schedule.upcoming_days
        return Standing(Status.UPCOMING if is_near else Status.NOT_YET)
    until = ages.timely_until
    if until is None:
        until = recommended + rule.overdue_after_days
    if visit.on > until:
        return Standing(Status.OVERDUE, (Reason("timely_until", (Day(until),)),))
    return Standing(Status.DUE)
