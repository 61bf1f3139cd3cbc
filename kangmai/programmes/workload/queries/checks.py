"""The yearly checks: of whom a sample may be drawn, the checks there are, and their records."""

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from kangmai.kernel import audit
from kangmai.kernel.actor import Actor
from kangmai.programmes.engine import queries as engine
from kangmai.programmes.engine.types import Visit
from kangmai.programmes.workload import counting, models, reach, rules
from kangmai.programmes.workload.errors import CheckNotFound
from kangmai.programmes.workload.rulebook import rule
from kangmai.programmes.workload.types import Check, Frame, Sampled, Verdict
from kangmai.standards.calendars import legal_day

MOST_FRAMES = 300


def frames(year: int, *, actor: Actor, at: datetime) -> tuple[Frame, ...]:
    """The institutions of one's places of which a sample may be drawn, those with most visits first.

    Raises:
        NotPermitted
    """
    ranges = [(each.low, each.high) for each in reach.places(actor)]
    unseen = engine.hidden(actor.scope)
    found = counting.frames(rule(on=legal_day(at)), year, ranges, without=unseen, limit=MOST_FRAMES)
    drawn = set(models.Check.objects.filter(year=year).values_list("organization", flat=True))
    return tuple(Frame(*row) for row in found if row[0] not in drawn)


def checks(*, after: UUID | None = None, limit: int = 50, actor: Actor, at: datetime) -> tuple[Check, ...]:  # fmt: skip
    """The checks one makes or answers, the newest first, a page at a time.

    Raises:
        NotPermitted
    """
    rows = _counted_rows(actor).order_by("-id")
    if after is not None:
        rows = rows.filter(pk__lt=after)
    return tuple(_check(row, at) for row in rows[:limit])


def _counted_rows(actor: Actor) -> QuerySet[models.Check]:
    judged = {
        f"n_{each.value}": Count("records", filter=Q(records__verdict=each.value))
        for each in Verdict
    }
    return reach.inside(actor).annotate(size=Count("records"), **judged)


def get_check(check_id: UUID, *, actor: Actor, at: datetime) -> Check:
    """One check. Raises NotPermitted, CheckNotFound."""
    row = _counted_rows(actor).filter(pk=check_id).first()
    if row is None:
        raise CheckNotFound()
    return _check(row, at)


def _check(row: models.Check, at: datetime) -> Check:
    found = {each: getattr(row, f"n_{each.value}") for each in Verdict}
    verdicts = [each for each, count in found.items() for _ in range(count)]
    share = row.share_untrue
    if share is None:
        share = rules.share_untrue(verdicts, rule=rule(on=legal_day(row.drawn_at)))
    return Check(
        id=row.id,
        organization=row.organization,
        year=row.year,
        seed=row.seed,
        frame_count=row.frame_count,
        frame_hash=row.frame_hash,
        size=row.size,
        judged=len(verdicts),
        found=found,
        share_untrue=share,
        drawn_at=row.drawn_at,
        closed_at=row.closed_at,
        version=row.version,
    )


def records_of(check_id: UUID, *, actor: Actor, at: datetime) -> tuple[Sampled, ...]:
    """The records of a sample in the order in which they were drawn.

    Raises:
        NotPermitted, CheckNotFound
    """
    row = reach.inside(actor).filter(pk=check_id).first()
    if row is None:
        raise CheckNotFound()
    rows = list(row.records.order_by("number"))
    visits: dict[UUID, Visit] = {
        each.id: each for each in engine.visits_behind([one.visit for one in rows])
    }
    audit.record_later(audit.Entry(actor, at, "workload.read", "Check", str(row.id), []))
    return tuple(
        Sampled(
            number=each.number,
            visit=visits[each.visit],
            verdict=Verdict(each.verdict) if each.verdict else None,
            note=each.note,
            checked_at=each.checked_at,
            answer=each.answer,
            answered_at=each.answered_at,
        )
        for each in rows
        if each.visit in visits
    )
