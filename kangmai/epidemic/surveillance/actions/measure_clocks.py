"""The clocks of control measures: begun with the measure or the day before it is due, stopped with the event."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines import queries as running
from kangmai.deadlines.types import Start, Subject
from kangmai.epidemic.surveillance import models, rules
from kangmai.epidemic.surveillance.types import MeasureLimit
from kangmai.kernel.actor import Actor, operator
from kangmai.standards.calendars import legal_day, start_of_day

CLOCK_KIND = "measure"
BEGINNER = operator(
    "surveillance.measures", permissions=("signals.work", "deadlines.read", "deadlines.write")
)
DAY, LAST_MOMENT = timedelta(days=1), timedelta(microseconds=1)


def begin_clocks(*, at: datetime) -> int:
    """Begin the clocks of measures that fall due tomorrow at the latest and never had one; for the worker.

    Returns how many.
    """
    rows = list(
        models.Measure.objects.filter(
            outbreak__state__in=rules.EVENTS, done_on=None, due_on__lte=legal_day(at) + DAY
        ).select_related("outbreak")
    )
    with transaction.atomic():
        known = running.of_subjects(CLOCK_KIND, [str(row.id) for row in rows], actor=BEGINNER)
        waiting = [row for row in rows if str(row.id) not in known]
        begin(waiting, MeasureLimit.BY_DAY, actor=BEGINNER, at=at)
    return len(waiting)


def begin(
    rows: Iterable[models.Measure],
    limit: MeasureLimit,
    *,
    is_anew: bool = False,
    actor: Actor,
    at: datetime,
) -> None:
    """Begin clocks within the caller's transaction: one of hours now, that of a day on the day before it."""
    starts = [
        Start(
            definition=rules.MEASURES[limit],
            subject=Subject(CLOCK_KIND, str(row.id)),
            started_at=_start(row.due_on, limit, at, is_anew),
            owner_org=row.outbreak.owner_org,
            place_code=row.outbreak.area_code,
            label=row.outbreak.label,
        )
        for row in rows
        if row.outbreak.owner_org is not None and row.due_on <= legal_day(at) + DAY
    ]
    if starts:
        deadlines.start(starts, actor=actor, at=at)


def stop(outbreak: models.Outbreak, *, reason: str, actor: Actor, at: datetime) -> None:
    """Nobody waits any more for the measures of an event that is excluded or closed."""
    open_ones = outbreak.measures.filter(done_on=None).values_list("id", flat=True)
    subjects = [Subject(CLOCK_KIND, str(id)) for id in open_ones]
    deadlines.cancel_of(subjects, reason=reason, actor=actor, at=at)


def begin_anew(outbreak: models.Outbreak, *, actor: Actor, at: datetime) -> None:
    """The measures that an event still waits for when it is reopened are due by their days again."""
    rows = outbreak.measures.filter(done_on=None).select_related("outbreak")
    begin(rows, MeasureLimit.BY_DAY, is_anew=True, actor=actor, at=at)


def _start(due_on: date, limit: MeasureLimit, at: datetime, is_anew: bool) -> datetime:
    """When a clock begins; one that begins anew must begin later than the one before."""
    if limit is not MeasureLimit.BY_DAY:
        return at
    day_before = start_of_day(due_on - DAY)
    return min(at, day_before + DAY - LAST_MOMENT) if is_anew else day_before
