"""Where somebody is in a course of doses that may be begun with one of several products.

A course names series of the schedule in the order in which they are offered. Who has begun one goes on with it;
who has begun none is offered the first whose next dose he may have. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from kangmai.programmes.immunization.types import Row, Status
from kangmai.programmes.vaccination.judging import words_of
from kangmai.programmes.vaccination.types import Course, CourseState, Deferral

OPEN = (Status.DUE, Status.OVERDUE, Status.UPCOMING, Status.NOT_YET)
COMPLETE = (Status.DONE, Status.INVALID, Status.NOT_NEEDED)


def course(
    rows: Mapping[str, Sequence[Row]],
    series: Sequence[str],
    deferrals: Iterable[Deferral],
    *,
    is_advised_only: bool,
    on: date,
) -> CourseState:
    """Where somebody is on a day.

    Args:
        rows: series → its rows for him, as the forecast has them.
        series: those of the course, the first offered first.
        is_advised_only: a dose is ready from the day the schedule advises, not from the first day it counts.
    """
    chosen = _followed(rows, series)
    given = [each.given for each in chosen if each.status is Status.DONE and each.given]
    latest = date.fromordinal(max(given)) if given else None
    row = next((each for each in chosen if each.status in OPEN), None)
    if row is None or row.earliest is None or row.recommended is None:
        return _ended(chosen, len(given), latest)
    held = [each for each in deferrals if each.holds(row.vaccine, on)]
    earliest, advised = date.fromordinal(row.earliest), date.fromordinal(row.recommended)
    state, until = Course.READY, None
    if any(each.until is None for each in held):
        state = Course.CONTRAINDICATED
    elif held:
        state, until = Course.DEFERRED, max(each.until for each in held if each.until)
    elif (advised if is_advised_only else earliest) > on:
        state = Course.WAITING
    return CourseState(
        state,
        row.vaccine,
        row.dose,
        len(given),
        earliest,
        advised,
        until,
        latest,
        words_of(row),
    )


def _followed(rows: Mapping[str, Sequence[Row]], series: Sequence[str]) -> Sequence[Row]:
    """The rows of the series that was begun, with the most doses that count; else of the first that is open."""
    found = [rows[id] for id in series if id in rows]
    begun = [each for each in found if any(row.given for row in each)]
    if begun:
        return max(begun, key=lambda each: sum(row.status is Status.DONE for row in each))
    is_open = [each for each in found if any(row.status in OPEN for row in each)]
    return next(iter(is_open or found), ())


def _ended(rows: Sequence[Row], given: int, latest: date | None) -> CourseState:
    """No dose is open: all were given, or somebody must not or need not have one."""
    if given and all(each.status in COMPLETE for each in rows):
        return CourseState(Course.DONE, rows[0].vaccine, None, given, latest_on=latest)
    row = next((each for each in rows if each.status not in (Status.DONE, Status.INVALID)), None)
    if row is None:
        return CourseState(Course.NOT_NEEDED, given=given, latest_on=latest)
    against = row.status is Status.CONTRAINDICATED
    state = Course.CONTRAINDICATED if against else Course.NOT_NEEDED
    return CourseState(state, row.vaccine, row.dose, given, latest_on=latest, reason=words_of(row))
