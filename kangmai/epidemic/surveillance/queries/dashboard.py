"""How well early warning does: what came of its signals, how fast, and how much work they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, Exists, F, OuterRef, Q

from kangmai.epidemic.surveillance import models, tuning
from kangmai.epidemic.surveillance.actions.detecting import report_of
from kangmai.epidemic.surveillance.actions.quieting import mute_of
from kangmai.epidemic.surveillance.actions.tuning import tuning_of
from kangmai.epidemic.surveillance.reach import READ, outbreaks, places, signals
from kangmai.epidemic.surveillance.types import Mute, NightReport, Plan, State, Tuning
from kangmai.kernel.actor import Actor, require
from kangmai.standards.calendars import legal_day

EVENT_STATES = (State.CONFIRMED.value, State.CLOSED.value)


@dataclass(frozen=True, slots=True)
class Performance:
    """One group of conditions over a period; shares are None where there is nothing to share."""

    group: str
    raised: int
    judged: int
    """Excluded, or held to be an event and decided."""
    true: int
    """Signals whose event was confirmed."""
    events: int
    """Confirmed events, however they were found."""
    events_by_model: int
    """Those that a statistical layer had seen before a person said so."""
    mean_delay_days: float | None
    """From the first day of an event's cases to its first signal."""
    mean_hours_to_verify: float | None

    @property
    def ppv(self) -> float | None:
        """True signals of those judged."""
        return self.true / self.judged if self.judged else None

    @property
    def sensitivity(self) -> float | None:
        """Events that a statistical layer or a rule had found."""
        return self.events_by_model / self.events if self.events else None


@dataclass(frozen=True, slots=True)
class Load:
    """The work of a week."""

    week_of: date
    raised: int
    officers: int

    @property
    def each(self) -> float:
        """Signals for each officer who took one on."""
        return self.raised / max(self.officers, 1)


def performance(
    *, first: date, latest: date, actor: Actor, at: datetime
) -> tuple[Performance, ...]:
    """What came of the signals raised in a period, by group, the most signals first. Raises NotPermitted."""
    require(actor, READ)
    rows = (
        signals(actor)
        .filter(raised_at__date__gte=first, raised_at__date__lte=latest)
        .exclude(state=State.MERGED.value)
    )
    confirmed = Q(outbreak__confirmed_at__isnull=False)
    excluded = Q(state=State.EXCLUDED.value) | (Q(state=State.CLOSED.value) & ~Q(reason=""))
    by_group = rows.values("group").annotate(
        raised=Count("id"),
        judged=Count("id", filter=confirmed | excluded),
        true=Count("id", filter=confirmed),
        wait=Avg(F("verified_at") - F("raised_at")),
    )
    return tuple(
        _performance(row, first, latest, actor) for row in by_group.order_by("-raised", "group")
    )


def load(*, weeks: int = 12, actor: Actor, at: datetime) -> tuple[Load, ...]:
    """Signals by week and how many officers took some on, the latest week first. Raises NotPermitted."""
    require(actor, READ)
    today = legal_day(at)
    found = []
    for back in range(weeks):
        end = today - timedelta(days=7 * back)
        rows = signals(actor).filter(
            raised_at__date__gt=end - timedelta(days=7), raised_at__date__lte=end
        )
        officers = rows.exclude(officer=None).values("officer").distinct().count()
        found.append(Load(end - timedelta(days=6), rows.count(), officers))
    return tuple(found)


def plan_in_force(*, actor: Actor, at: datetime) -> Plan:
    """The numbers that stand today. Raises NotPermitted."""
    require(actor, READ)
    return tuning.plan(legal_day(at))


def tunings(*, actor: Actor) -> tuple[Tuning, ...]:
    """Changes of the numbers, the newest first. Raises NotPermitted."""
    require(actor, READ)
    return tuple(map(tuning_of, models.Tuning.objects.order_by("-proposed_at")[:20]))


def mutes(*, actor: Actor, at: datetime) -> tuple[Mute, ...]:
    """Mutes of the actor's places, those in force first. Raises NotPermitted."""
    require(actor, READ)
    inside = Q(pk__in=[])
    for place in places(actor, READ):
        inside |= Q(area_code__gte=place.low, area_code__lt=place.high)
    rows = models.Mute.objects.filter(inside).order_by("-until_on", "-id")[:50]
    found = [mute_of(row, legal_day(at)) for row in rows]
    return tuple(sorted(found, key=lambda each: each.is_over))


def runs(*, limit: int = 14, actor: Actor) -> tuple[NightReport, ...]:
    """The latest runs of the detectors. Raises NotPermitted."""
    require(actor, READ)
    return tuple(map(report_of, models.Run.objects.order_by("-at")[:limit]))


def _performance(row: Mapping[str, Any], first: date, latest: date, actor: Actor) -> Performance:
    group = str(row["group"])
    by_machine = models.Evidence.objects.filter(signal__outbreak_id=OuterRef("id")).exclude(
        source="people"
    )
    events = list(
        outbreaks(actor)
        .filter(group=group, confirmed_at__isnull=False)
        .filter(opened_at__date__gte=first, opened_at__date__lte=latest)
        .annotate(found=Exists(by_machine))
    )
    delays = []
    for each in events:
        raised = each.signals.order_by("raised_at").values_list("raised_at", flat=True).first()
        onset = (
            each.lines.exclude(onset_on=None)
            .order_by("onset_on")
            .values_list("onset_on", flat=True)
        ).first() or each.first_day
        if raised is not None:
            delays.append(max(0, (legal_day(raised) - onset).days))
    wait = row["wait"]
    return Performance(
        group,
        int(row["raised"]),
        int(row["judged"]),
        int(row["true"]),
        len(events),
        sum(each.found for each in events),
        sum(delays) / len(delays) if delays else None,
        round(wait.total_seconds() / 3600, 1) if isinstance(wait, timedelta) else None,
    )
