"""Teams, rosters and experts."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from kangmai.epidemic.teams import models
from kangmai.epidemic.teams.errors import TeamUnknown
from kangmai.epidemic.teams.queries.paging import PAGE, newest_first
from kangmai.epidemic.teams.reach import KEEP, experts, inside, own, teams
from kangmai.epidemic.teams.reading import experts_of, teams_of
from kangmai.epidemic.teams.types import Duty, Expert, Page, Team
from kangmai.kernel.actor import Actor, require, subtree
from kangmai.registry import queries as registry


def team_list(
    *, kind: str = "", area: str = "", after: str = "", limit: int = PAGE, actor: Actor, at: datetime
) -> Page[Team]:  # fmt: skip
    """Teams with their readiness, the newest first; of one kind and one area if asked. Raises NotPermitted."""
    rows = teams(actor).filter(closed_at=None)
    if kind:
        rows = rows.filter(kind=kind)
    if area:
        rows = rows.filter(inside([subtree(area)]))
    return newest_first(rows, after=after, limit=limit, present=lambda some: teams_of(some, at=at))


def get_team(team_id: UUID, *, actor: Actor, at: datetime) -> Team:
    """One team. Raises NotPermitted, TeamUnknown."""
    row = teams(actor).filter(id=team_id).first()
    if row is None:
        raise TeamUnknown()
    return teams_of([row], at=at)[0]


def roster(team_id: UUID, *, start: date, days: int, actor: Actor) -> tuple[Duty, ...]:
    """Who is on duty for a team from a day on, by day and shift. Raises NotPermitted, TeamUnknown."""
    if not teams(actor).filter(id=team_id).exists():
        raise TeamUnknown()
    until = start + timedelta(days=days)
    rows = list(
        models.Duty.objects.filter(team_id=team_id, on__gte=start, on__lt=until).order_by(
            "from_at", "staff_id"
        )
    )
    names = registry.staff_names(ids={row.staff_id for row in rows})
    return tuple(
        Duty(row.staff_id, names.get(row.staff_id, "—"), row.on, row.shift, row.from_at, row.until_at)
        for row in rows
    )  # fmt: skip


def kept_institutions(*, actor: Actor) -> tuple[int, ...]:
    """The institutions in which an actor keeps teams, his own first. Raises NotPermitted."""
    require(actor, KEEP)
    mine = own(actor, KEEP)
    known = models.Team.objects.filter(Q(organization_id__in=mine) | Q(parent_id__in=mine))
    below = known.values_list("organization_id", flat=True).distinct()
    return (*sorted(mine), *sorted(set(below) - mine))


def expert_list(
    *, specialty: str = "", after: str = "", limit: int = PAGE, actor: Actor
) -> Page[Expert]:
    """Chief experts, the newest first; of one specialty if asked. Raises NotPermitted."""
    rows = experts(actor).filter(ended_at=None)
    if specialty:
        rows = rows.filter(specialty=specialty)
    return newest_first(rows, after=after, limit=limit, present=experts_of)
