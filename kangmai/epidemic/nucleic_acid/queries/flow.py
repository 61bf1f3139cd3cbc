"""How tubes flow through laboratories, and who stands in which lane."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Count, Max, Q

from kangmai.epidemic.nucleic_acid import models
from kangmai.epidemic.nucleic_acid.planning import kept
from kangmai.epidemic.nucleic_acid.queries.board import STAGE
from kangmai.epidemic.nucleic_acid.queries.rounds import within
from kangmai.epidemic.nucleic_acid.reach import get_round
from kangmai.epidemic.nucleic_acid.types import (
    SETTLED,
    Coverage,
    Duty,
    LaboratoryLine,
    PlanState,
    Shift,
)
from kangmai.epidemic.orders.queries import emergency_door
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import OrganizationId

HOUR = timedelta(hours=1)
NEEDED = (Duty.SAMPLER, Duty.REGISTRAR)
"""Who stands in a lane that works."""
WAYS = {
    "coming": ("boxed", "travelling"),
    "waiting": ("received", "retest"),
    "tested": ("tested",),
    "published": tuple(each.value for each in SETTLED),
}
Span = tuple[datetime, datetime]


@emergency_door(Purpose.TESTING)
def laboratory_lines(round_id: int, *, actor: Actor, at: datetime) -> tuple[LaboratoryLine, ...]:
    """How tubes of a round flow through each laboratory, of the sites in the actor's reach.

    Raises:
        NoOrderInForce, NotPermitted, RoundUnknown.
    """
    row = get_round(round_id, actor=actor)
    tubes = models.Tube.objects.filter(within(actor, "site__"), round=row, box__isnull=False)
    counted: dict[int, dict[str, int]] = {}
    staged = tubes.annotate(stage=STAGE).values("box__laboratory_id", "stage")
    for each in staged.order_by("box__laboratory_id").annotate(n=Count("id")):
        counted.setdefault(each["box__laboratory_id"] or 0, {})[each["stage"]] = each["n"]
    speed = {
        each["box__laboratory_id"] or 0: each
        for each in tubes.values("box__laboratory_id").annotate(
            late=Count("id", filter=Q(published_at=None, due_at__lt=at)),
            lately=Count("id", filter=Q(published_at__gt=at - HOUR)),
            last=Max("published_at"),
        )
    }
    planned = _planned(row)
    return tuple(
        _line(each, counted.get(each, {}), speed.get(each), planned.get(each))
        for each in sorted({*counted, *planned})
    )


def _line(
    laboratory: int,
    counted: dict[str, int],
    speed: Mapping[str, Any] | None,
    planned: datetime | None,
) -> LaboratoryLine:
    sums = {name: sum(counted.get(s, 0) for s in stages) for name, stages in WAYS.items()}
    found = speed or {"late": 0, "lately": 0, "last": None}
    return LaboratoryLine(
        OrganizationId(laboratory), sums["coming"], sums["waiting"], sums["tested"], sums["published"],
        found["late"], found["lately"], found["last"], planned,
    )  # fmt: skip


def _planned(row: models.Round) -> dict[int, datetime]:
    plan = models.SavedPlan.objects.filter(round=row, state=PlanState.RELEASED.value).first()
    if plan is None:
        return {}
    done = kept.answer_from_json(plan.answer).done_hours
    return {int(each): row.opens_at + hours * HOUR for each, hours in done.items()}


@emergency_door(Purpose.TESTING)
def shifts(round_id: int, *, actor: Actor, at: datetime) -> tuple[Shift, ...]:
    """Who stands in which lane of a round's sites in the actor's reach, by site, lane and time.

    Raises:
        NoOrderInForce, NotPermitted, RoundUnknown.
    """
    get_round(round_id, actor=actor)
    rows = models.Shift.objects.filter(within(actor, "site__"), round_id=round_id)
    return tuple(
        Shift(each.id, each.site_id, each.lane, each.staff_id, Duty(each.duty), each.from_at, each.to_at)
        for each in rows.order_by("site__code", "lane", "from_at", "id")
    )  # fmt: skip


@emergency_door(Purpose.TESTING)
def coverage(round_id: int, *, actor: Actor, at: datetime) -> tuple[Coverage, ...]:
    """Which lane is staffed when, by site of the actor's reach.

    Raises:
        NoOrderInForce, NotPermitted, RoundUnknown.
    """
    row = get_round(round_id, actor=actor)
    standing = shifts(round_id, actor=actor, at=at)
    sites = models.Site.objects.filter(within(actor), round=row).order_by("code")
    return tuple(
        coverage_of(
            each.id,
            range(1, each.lanes + 1),
            (row.opens_at, row.closes_at),
            [shift for shift in standing if shift.site_id == each.id],
        )
        for each in sites
    )


def coverage_of(
    site_id: int, lanes: Iterable[int], open_: Span, standing: Sequence[Shift]
) -> Coverage:
    """The hours in which every lane has both a sampler and a registrar, and where somebody is missing."""
    hours, covered = 0.0, 0.0
    gaps: list[tuple[int, datetime, datetime]] = []
    for lane in lanes:
        own = [each for each in standing if each.lane == lane]
        marks = sorted({*open_, *(t for each in own for t in (each.from_at, each.to_at))})
        for start, end in pairwise(marks):
            if start < open_[0] or end > open_[1]:
                continue
            span = (end - start) / HOUR
            hours += span
            duties = {each.duty for each in own if each.from_at <= start and each.to_at >= end}
            if duties.issuperset(NEEDED):
                covered += span
            elif gaps and gaps[-1][0] == lane and gaps[-1][2] == start:
                gaps[-1] = (lane, gaps[-1][1], end)
            else:
                gaps.append((lane, start, end))
    return Coverage(site_id, hours, covered, tuple(sorted(gaps, key=lambda gap: gap[1:])))
