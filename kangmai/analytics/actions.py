"""What changes the lake and what is kept of figures."""

import math
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from kangmai.analytics import queries, rules
from kangmai.analytics.errors import FigureNotFreezable, FreezeNoteTooLong, LakeBusy
from kangmai.analytics.indicators.ahead import count_first
from kangmai.analytics.indicators.counting import forget
from kangmai.analytics.indicators.freezing import figures_json, freeze_of
from kangmai.analytics.indicators.outside import received_of, row_of, standing
from kangmai.analytics.lake.filling import fill
from kangmai.analytics.lake.lock import is_locked, locked
from kangmai.analytics.models import FrozenFigure, OutsideFigure
from kangmai.analytics.published import published_views
from kangmai.analytics.types import (
    By,
    FillReport,
    Freeze,
    Outside,
    Progress,
    Received,
    Report,
    Status,
)
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, operator, require
from kangmai.kernel.state import find_state, put_state
from kangmai.standards.calendars import LEGAL_TIME, legal_day
from kangmai.standards.periods import Period

NIGHT_HOUR = 2
"""From this hour of legal time on the lake is brought up to date, once a day."""
LONGEST_NOTE = 200
KEPT_FIGURES_DAYS = 40
STATE = "analytics.lake"
REQUEST = "analytics.lake.requested"


def sync(*, report: Report, actor: Actor, at: datetime) -> FillReport:
    """Bring the lake up to what the database holds. Raises NotPermitted, LakeBusy, ViewBroken, LakeBroken."""
    return _fill("lake.synced", anew=False, report=report, actor=actor, at=at)


def rebuild(*, report: Report, actor: Actor, at: datetime) -> FillReport:
    """Read everything anew, whatever the lake holds. Raises as `sync`."""
    return _fill("lake.rebuilt", anew=True, report=report, actor=actor, at=at)


def _fill(action: str, *, anew: bool, report: Report, actor: Actor, at: datetime) -> FillReport:
    require(actor, rules.MANAGE)
    filled = fill(
        queries.lake(),
        published_views(),
        database_url=settings.DATABASE_URL,
        anew=anew,
        report=report,
        at=at,
    )
    found = [action, "lake.mended"] if filled.mended else [action]
    with transaction.atomic():
        for each in found:
            audit.record(
                actor=actor, at=at, action=each, object_type="Lake", object_id=filled.manifest.id
            )
    if filled.mended:
        forget(queries.lake(), before=math.inf)
    return filled


def compact(*, actor: Actor, at: datetime) -> int:
    """Remove files that no kept or frozen manifest names; returns the bytes freed. Raises NotPermitted."""
    require(actor, rules.MANAGE)
    whole = queries.lake()
    frozen = queries.frozen_manifests()
    limit = (at - timedelta(days=KEPT_FIGURES_DAYS)).timestamp()
    with locked(settings.DATABASE_URL):
        return whole.compact(kept=frozen) + forget(whole, before=limit)


def count_ahead(*, at: datetime) -> int:
    """Count the figures that people look at first, so that no page has to; returns how many."""
    whole = queries.lake()
    manifest = whole.find_manifest()
    return 0 if manifest is None else count_first(whole, manifest, on=legal_day(at))


def freeze(
    *,
    indicator: str,
    period: Period,
    area: str,
    by: By | None = None,
    note: str = "",
    actor: Actor,
    at: datetime,
) -> Freeze:
    """Keep a figure with its parts as it is now, for a report.

    Raises:
        NotPermitted, and as `queries.compute`.
        FigureNotFreezable: it has no value.
        FreezeNoteTooLong: what cannot be changed later must stand there whole.
    """
    if len(note) > LONGEST_NOTE:
        raise FreezeNoteTooLong(length=len(note), most=LONGEST_NOTE)
    require(actor, rules.FREEZE, area)
    require(actor, rules.READ, area)
    found = queries.compute(indicator=indicator, period=period, area=area, by=by, actor=actor)
    if found.total.status is not Status.OK:
        raise FigureNotFreezable(status=found.total.status.value)
    with transaction.atomic():
        row = FrozenFigure.objects.create(
            indicator=indicator,
            rule_from=found.rule_from,
            rule=found.rule,
            period_start=period.start,
            period_end=period.end,
            area=area,
            broken_down_by=by.value if by else "",
            manifest=found.manifest,
            cutoff=found.cutoff,
            figures=figures_json(found),
            note=note,
            frozen_at=at,
            frozen_by=actor.account,
            frozen_by_name=actor.name,
        )
        audit.record(
            actor=actor,
            at=at,
            action="indicator.frozen",
            object_type="FrozenFigure",
            object_id=str(row.id),
        )
    return freeze_of(row)


def record_outside(
    *, figures: Sequence[Outside], actor: Actor, at: datetime
) -> tuple[Received, ...]:
    """Write down figures that were counted elsewhere; a later one of the same area and period goes before.

    What stands there already, from the same document of the same day, is known again and not written twice.

    Raises:
        NotPermitted: one of them is of an area in which the actor takes none in; then nothing is written.
    """
    for each in figures:
        require(actor, rules.INTAKE, each.area)
    with transaction.atomic():
        known = standing(figures)
        rows = [known.get(each) or row_of(each, actor=actor, at=at) for each in figures]
        old = {row.id for row in known.values()}
        new = [row for row in rows if row.id not in old]
        OutsideFigure.objects.bulk_create(new)
        for row in new:
            audit.record(
                actor=actor,
                at=at,
                action="indicator.received",
                object_type="OutsideFigure",
                object_id=str(row.id),
            )
    return tuple(map(received_of, rows))


def request_sync(*, actor: Actor, at: datetime) -> None:
    """Ask the worker to bring the lake up to date now. Raises NotPermitted."""
    require(actor, rules.MANAGE)
    with transaction.atomic():
        put_state(REQUEST, {"at": at.isoformat()}, at=at)
        audit.record(actor=actor, at=at, action="lake.requested", object_type="Lake", object_id="")


def progress() -> dict[str, str | int]:
    """What the worker last said of its work on the lake: begun_at, table, done, total, mended, ended_at, failed."""
    return find_state(STATE) or {}


def is_asked_for() -> bool:
    """Whether somebody asked for fresh data since the latest run began."""
    begun = _instant((find_state(STATE) or {}).get("begun_at"))
    asked = _instant((find_state(REQUEST) or {}).get("at"))
    return asked is not None and (begun is None or begun < asked)


def is_due(*, at: datetime) -> bool:
    """Whether the lake waits to be brought up to date: asked for, cut off, or not begun since the night did."""
    begun = _instant((find_state(STATE) or {}).get("begun_at"))
    local = at.astimezone(LEGAL_TIME)
    night = local.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    since = night if local >= night else night - timedelta(days=1)
    return begun is None or begun < since or is_asked_for() or _was_cut_off()


def _was_cut_off() -> bool:
    """Whether the latest run neither ended nor failed, and nobody is at it: its process was killed."""
    state = progress()
    is_open = bool(state.get("begun_at")) and not state.get("ended_at") and not state.get("failed")
    return is_open and not is_locked(settings.DATABASE_URL)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def fill_if_due(*, now: Callable[[], datetime]) -> bool:
    """Do what is due for the lake: fill, compact, count ahead; says how far it is in the state."""
    at = now()
    if not is_due(at=at):
        return False
    worker = operator("kangmai worker")
    _tell(at, begun_at=at.isoformat(), ended_at="", failed="")
    try:
        filled = sync(report=_reporter(now), actor=worker, at=at)
        _tell(now(), mended=filled.mended)
        compact(actor=worker, at=at)
        count_ahead(at=at)
    except LakeBusy:
        _tell(now(), begun_at="")
        return False
    except Exception as error:
        # the kind of failure and not its text, which might quote what is in a row
        _tell(now(), failed=type(error).__name__)
        raise
    _tell(now(), ended_at=now().isoformat())
    return True


def _reporter(now: Callable[[], datetime]) -> Report:
    """Writes progress down at most once a second."""
    told = 0.0

    def report(progress: Progress) -> None:
        nonlocal told
        if time.monotonic() - told >= 1 or progress.done in (0, progress.total):
            told = time.monotonic()
            _tell(now(), table=progress.table, done=progress.done, total=progress.total)

    return report


def _tell(at: datetime, **news: str | int) -> None:
    with transaction.atomic():
        put_state(STATE, {**(find_state(STATE) or {}), **news}, at=at)
