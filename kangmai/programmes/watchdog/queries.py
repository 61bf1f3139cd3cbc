"""What the watchdog knows, inside the actor's reach."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from kangmai.kernel import audit
from kangmai.kernel.actor import Actor
from kangmai.programmes.engine import queries as engine
from kangmai.programmes.watchdog import models
from kangmai.programmes.watchdog.errors import FindingNotFound
from kangmai.programmes.watchdog.reach import (
    ANSWER,
    inside,
    is_near,
    is_reader,
    near,
    require_reader,
    review_of,
    reviewed,
    with_quality,
)
from kangmai.programmes.watchdog.reading import finding_of, step_of
from kangmai.programmes.watchdog.rulebook import rule
from kangmai.programmes.watchdog.types import Evidence, Finding, Page, Show, State

__all__ = ["count_waiting", "evidence_of", "findings", "get_finding", "may_answer", "may_review", "rule"]  # fmt: skip


def findings(
    *,
    show: Show = Show.WAITING,
    detector: str = "",
    after: str = "",
    limit: int = 30,
    actor: Actor,
    at: datetime,
) -> Page:
    """One page of findings, the newest first.

    Raises:
        NotPermitted
    """
    require_reader(actor)
    rows = _shown(show, actor=actor, at=at).order_by("-id")
    if detector:
        rows = rows.filter(detector=detector)
    if after:
        rows = rows.filter(id__lt=_id(after))
    found = list(rows[: limit + 1])
    shown = tuple(map(finding_of, found[:limit]))
    return Page(shown, str(shown[-1].id) if len(found) > limit else "")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise FindingNotFound() from None


def _shown(show: Show, *, actor: Actor, at: datetime) -> QuerySet[models.Finding]:
    rows = inside(actor, at=at)
    match show:
        case Show.WAITING:
            own = near(actor, ANSWER) & Q(state=State.TEAM.value)
            return rows.filter(own | (reviewed(actor) & with_quality(at)))
        case Show.OPEN:
            return rows.exclude(state=State.CLOSED.value)
        case Show.CLOSED:
            return rows.filter(state=State.CLOSED.value)
        case _:
            return rows


def count_waiting(*, actor: Actor, at: datetime) -> int:
    """How many findings wait for the reader, at most 100; 0 for who has nothing to do with them."""
    if not is_reader(actor):
        return 0
    return len(_shown(Show.WAITING, actor=actor, at=at).values_list("id")[:100])


def get_finding(finding_id: UUID, *, actor: Actor, at: datetime) -> Finding:
    """One finding with what was done with it.

    Raises:
        NotPermitted, FindingNotFound
    """
    row = _row(finding_id, actor=actor, at=at)
    audit.record_later(audit.Entry(actor, at, "watchdog.read", "Finding", str(row.id), []))
    return finding_of(row, tuple(map(step_of, row.steps.order_by("id"))))


def may_answer(finding: Finding, *, actor: Actor) -> bool:
    """Whether the reader is of the team that answers."""
    return finding.state is not State.CLOSED and _near(finding, actor, ANSWER)


def may_review(finding: Finding, *, actor: Actor, at: datetime) -> bool:
    """Whether the reader is quality control whose turn it is."""
    own = any(grant.organization == finding.organization for grant in actor.grants)
    return (
        finding.is_with_quality(at) and not own and _near(finding, actor, review_of(finding.circle))
    )


def _near(finding: Finding, actor: Actor, permission: str) -> bool:
    row = models.Finding(organization=finding.organization, place_code=finding.place_code)
    return is_near(row, actor, permission)


def _row(finding_id: UUID, *, actor: Actor, at: datetime) -> models.Finding:
    require_reader(actor)
    row = inside(actor, at=at).filter(pk=finding_id).first()
    if row is None:
        raise FindingNotFound()
    return row


def evidence_of(finding_id: UUID, *, actor: Actor, at: datetime) -> tuple[Evidence, ...]:
    """The visits behind a finding by day, the newest first; residents are numbered and not named.

    Raises:
        NotPermitted, FindingNotFound
    """
    row = _row(finding_id, actor=actor, at=at)
    visits = engine.visits_behind([UUID(each) for each in row.rows])
    people: dict[int, int] = {}
    for each in sorted(visits, key=lambda each: (each.visited_on, each.id)):
        people.setdefault(each.resident_id, len(people) + 1)
    return tuple(
        Evidence(
            visit=each.id,
            person=people[each.resident_id],
            programme=each.programme,
            service=each.service,
            visited_on=each.visited_on,
            entered_at=each.entered_at,
            method=each.method.value,
            measures=each.measures,
            is_complete=each.is_complete,
            is_corrected=each.standing.value == "corrected",
        )
        for each in sorted(visits, key=lambda each: (each.visited_on, each.id), reverse=True)
    )
