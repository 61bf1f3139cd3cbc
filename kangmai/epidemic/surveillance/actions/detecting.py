"""The night: every series judged, what is worth it raised, and the run kept so that it can be repeated."""

import time
from datetime import date, datetime, timedelta

import psycopg
from django.db import transaction

from kangmai.epidemic.surveillance import areas, city_series, counting, models, tuning
from kangmai.epidemic.surveillance.actions.raising import raise_signals
from kangmai.epidemic.surveillance.reach import WORK
from kangmai.epidemic.surveillance.types import NightReport
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, operator, require
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day

NIGHT = operator("surveillance.night", permissions=("signals.work", "deadlines.write"))
STAND_STILL_DAYS = 7


def detect(*, on: date, actor: Actor, at: datetime) -> NightReport:
    """Judge every series of a day and raise what is worth an officer's time; a day may be judged again.

    Raises:
        NotPermitted
    """
    # SciPy, which detectors need, takes half a second to import: no other process than the night's pays for it
    from kangmai.epidemic.surveillance import night

    require(actor, WORK)
    began = time.monotonic()
    plan = tuning.plan(on)
    with transaction.atomic(), unit_of_work() as database:
        found = night.Night()
        elsewhere, future = _left_out(database, on, legal_day(at))
        for city in _watched():
            said = night.judge_day(database, city=city, on=on, plan=plan)
            found.evidence += said.evidence
            found.series += said.series
            found.tests += said.tests
            found.alpha = said.alpha
        run = models.Run.objects.create(
            id=uuid7(),
            on=on,
            at=at,
            latest_occurrence=_latest_occurrence(),
            settings={
                "high_alpha": plan.high_alpha,
                "watch_alpha": plan.watch_alpha,
                "least_cases": plan.least_cases,
                "chance_alarms_a_day": plan.chance_alarms_a_day,
                "alpha": None if found.alpha != found.alpha else found.alpha,
                "elsewhere": elsewhere,
                "future": future,
            },
            series=found.series,
            tests=found.tests,
            alarms=len(found.evidence),
            seconds=0,
        )
        raised = raise_signals(found.evidence, run=run.id, actor=actor, at=at)
        run.raised, run.grown, run.muted = len(raised.new), len(raised.grown), raised.muted
        run.seconds = round(time.monotonic() - began, 3)
        run.save()
        audit.record(
            database,
            actor=actor,
            at=at,
            action="surveillance.run",
            object_type="SurveillanceRun",
            object_id=str(run.id),
            details={"on": on.isoformat(), "series": run.series, "alarms": run.alarms},
        )
    return report_of(run)


def detect_missing(*, at: datetime) -> int:
    """Judge the days up to yesterday that no run has judged yet, at most a week back; for the worker."""
    yesterday = legal_day(at) - timedelta(days=1)
    latest = models.Run.objects.order_by("-on").values_list("on", flat=True).first()
    first = max(
        latest + timedelta(days=1) if latest else yesterday,
        yesterday - timedelta(days=STAND_STILL_DAYS - 1),
    )
    count = 0
    while first <= yesterday:
        detect(on=first, actor=NIGHT, at=at)
        first += timedelta(days=1)
        count += 1
    return count


def report_of(row: models.Run) -> NightReport:
    """A run as the rest of the house sees it."""
    return NightReport(
        row.id,
        row.on,
        row.series,
        row.tests,
        row.alarms,
        row.raised,
        row.grown,
        row.muted,
        row.seconds,
        row.settings.get("elsewhere", 0),
        row.settings.get("future", 0),
    )


def _left_out(database: psycopg.Connection, on: date, today: date) -> tuple[int, int]:
    covered = [name for city in _watched() for name in city_series.units_of(city).names]
    return counting.left_out(database, areas=covered, on=on, today=today)


def _latest_occurrence() -> int:
    row = models.Occurrence.objects.order_by("-id").values_list("id", flat=True).first()
    return row or 0


def _watched() -> list[str]:
    """The cities, and districts that stand alone, that something is known of."""
    known = models.Daily.objects.values_list("area_code", flat=True).distinct()
    return sorted({home for code in known.iterator() if (home := areas.home_of(code)) is not None})
