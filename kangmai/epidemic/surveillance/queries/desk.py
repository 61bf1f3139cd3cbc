"""The lists of signals: the duty officer's desk, its counts, one signal with all its evidence."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from kangmai.epidemic.surveillance import keeping, models, rules
from kangmai.epidemic.surveillance.areas import contains
from kangmai.epidemic.surveillance.errors import CursorUnreadable, SignalUnknown
from kangmai.epidemic.surveillance.reach import READ, signals
from kangmai.epidemic.surveillance.types import (
    Evidence,
    HistoryLine,
    Level,
    Page,
    Show,
    Signal,
    State,
)
from kangmai.kernel.actor import Actor, require, subtree

LARGEST_PAGE = 200
SIMILAR = 8
LIMIT_HOURS = {Level.IMMEDIATE.value: 2, Level.HIGH.value: 24, Level.WATCH.value: 24}
MOST = 1000


def desk(
    *,
    show: Show = Show.OPEN,
    group: str = "",
    division: str = "",
    after: str = "",
    limit: int = 30,
    actor: Actor,
    at: datetime,
) -> Page[Signal]:
    """One page of signals: what waits, by priority; what is over, the latest first.

    Raises:
        NotPermitted, CursorUnreadable.
    """
    require(actor, READ)
    rows = signals(actor).filter(_shown(show, at))
    if group:
        rows = rows.filter(group=group)
    if division:
        reach = subtree(division)
        rows = rows.filter(area_code__gte=reach.low, area_code__lt=reach.high)
    return _page(rows, after, max(1, min(limit, LARGEST_PAGE)))


def counts(*, actor: Actor, at: datetime) -> Mapping[Show, int]:
    """How many signals wait, by what they wait for, counted up to a thousand. Raises NotPermitted."""
    require(actor, READ)
    rows = signals(actor)
    return {
        show: rows.filter(_shown(show, at))[:MOST].count()
        for show in (Show.NEW, Show.OVERDUE, Show.OPEN, Show.EVENTS)
    }


def get_signal(signal_id: UUID, *, actor: Actor) -> Signal:
    """One signal. Raises NotPermitted, SignalUnknown."""
    return keeping.signal_of(_row(signal_id, actor))


def evidence(signal_id: UUID, *, actor: Actor) -> tuple[Evidence, ...]:
    """What speaks for a signal, the latest day first, merged ones included. Raises NotPermitted, SignalUnknown."""
    row = _row(signal_id, actor)
    found = keeping.all_evidence([row])[row.id]
    return tuple(map(keeping.evidence_of, reversed(found)))


def history(signal_id: UUID, *, actor: Actor) -> tuple[HistoryLine, ...]:
    """What was done with a signal, in order. Raises NotPermitted, SignalUnknown."""
    rows = models.History.objects.filter(signal_id=_row(signal_id, actor).id)
    return tuple(map(line_of, rows.order_by("id")))


def similar(signal_id: UUID, *, actor: Actor) -> tuple[Signal, ...]:
    """Earlier signals of the same group in the same area or around it, and how they ended."""
    row = _row(signal_id, actor)
    rows = signals(actor).filter(group=row.group, raised_at__lt=row.raised_at)
    rows = rows.exclude(id=row.id).order_by("-raised_at")[:LARGEST_PAGE]
    near = [
        each
        for each in rows
        if contains(each.area_code, row.area_code) or contains(row.area_code, each.area_code)
    ]
    return tuple(keeping.signal_of(each) for each in near[:SIMILAR])


def mergeable(signal_id: UUID, *, actor: Actor) -> tuple[Signal, ...]:
    """Unjudged signals of the same group that could go into one."""
    row = _row(signal_id, actor)
    rows = signals(actor).filter(group=row.group, state__in=rules.UNVERIFIED).exclude(id=row.id)
    return tuple(map(keeping.signal_of, rows.order_by("-raised_at")[:20]))


def merged(signal_id: UUID, *, actor: Actor) -> tuple[Signal, ...]:
    """Signals that went into one."""
    rows = signals(actor).filter(merged_into_id=_row(signal_id, actor).id)
    return tuple(map(keeping.signal_of, rows.order_by("id")))


def line_of(row: models.History) -> HistoryLine:
    """A line of a history as the rest of the house sees it."""
    return HistoryLine(row.at, row.account_id, row.deed, row.reason, row.note)


def groups_seen(*, actor: Actor) -> tuple[str, ...]:
    """The groups that an actor's signals are about, the most frequent first."""
    require(actor, READ)
    rows = signals(actor).values("group").annotate(n=Count("id")).order_by("-n", "group")[:60]
    return tuple(row["group"] for row in rows)


def _row(signal_id: UUID, actor: Actor) -> models.Signal:
    require(actor, READ)
    row = signals(actor).filter(id=signal_id).first()
    if row is None:
        raise SignalUnknown()
    return row


def _shown(show: Show, at: datetime) -> Q:
    unverified = Q(state__in=rules.UNVERIFIED)
    late = Q(pk__in=[])
    for level, hours in LIMIT_HOURS.items():
        late |= Q(level=level, raised_at__lt=at - timedelta(hours=hours))
    return {
        Show.OPEN: Q(state__in=rules.OPEN),
        Show.NEW: Q(state=State.NEW.value),
        Show.OVERDUE: unverified & late,
        Show.EVENTS: Q(state__in=rules.EVENTS),
        Show.EXCLUDED: Q(state=State.EXCLUDED.value),
        Show.CLOSED: Q(state=State.CLOSED.value),
        Show.ALL: ~Q(state=State.MERGED.value),
    }[show]


def _page(rows: QuerySet[models.Signal], after: str, limit: int) -> Page[Signal]:
    """A page by (priority, id), the greatest first."""
    if after:
        priority, id = _read(after)
        rows = rows.filter(Q(priority__lt=priority) | Q(priority=priority, id__lt=id))
    found = list(rows.order_by(F("priority").desc(), "-id")[: limit + 1])
    following = _write(found[limit - 1]) if len(found) > limit else ""
    return Page(tuple(map(keeping.signal_of, found[:limit])), following)


def _write(row: models.Signal) -> str:
    return base64.urlsafe_b64encode(f"{row.priority!r} {row.id}".encode()).decode()


def _read(cursor: str) -> tuple[float, UUID]:
    try:
        priority, id = base64.urlsafe_b64decode(cursor).decode().split(" ")
        return float(priority), UUID(id)
    except (binascii.Error, ValueError):
        raise CursorUnreadable() from None
