"""Call-outs: their boards, whom one could call, and what waits for one's own answer."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from kangmai.access import queries as access
from kangmai.epidemic.teams import models
from kangmai.epidemic.teams.errors import CallOutUnknown
from kangmai.epidemic.teams.models import BUSY
from kangmai.epidemic.teams.queries.paging import PAGE, newest_first
from kangmai.epidemic.teams.reach import CALL, KEEP, callouts, experts, near, ranges, teams
from kangmai.epidemic.teams.reading import callouts_of, experts_of, teams_of
from kangmai.epidemic.teams.types import (
    OUT,
    Call,
    CallOut,
    CallState,
    Expert,
    Page,
    Standing,
    Team,
)
from kangmai.kernel.actor import Actor, is_permitted, require

MINE = [each.value for each in (CallState.WAITING, CallState.LATE, *OUT)]
COUNTY_DIGITS = 6


def callout_list(
    *, is_open: bool = False, after: str = "", limit: int = PAGE, actor: Actor
) -> Page[CallOut]:
    """Call-outs, the newest first: whole for who calls there, for others with their own calls only. Raises NotPermitted."""
    rows = callouts(actor)
    if is_open:
        rows = rows.filter(closed_at=None)
    return newest_first(
        rows, after=after, limit=limit, present=lambda some: _seen(list(some), actor)
    )


def open_callouts(*, actor: Actor) -> int:
    """How many call-outs are open. Raises NotPermitted."""
    return callouts(actor).filter(closed_at=None).count()


def get_callout(callout_id: UUID, *, actor: Actor) -> CallOut:
    """One call-out. Raises NotPermitted, CallOutUnknown."""
    row = callouts(actor).filter(id=callout_id).first()
    if row is None:
        raise CallOutUnknown()
    return _seen([row], actor)[0]


def _seen(rows: list[models.CallOut], actor: Actor) -> tuple[CallOut, ...]:
    """Call-outs with as much of their boards as the actor may see."""
    reach = ranges(actor, CALL)
    whole = [row for row in rows if any(place.covers(row.place_code) for place in reach)]
    parts = [row for row in rows if row not in whole]
    found = {each.id: each for each in (*callouts_of(whole), *callouts_of(parts, only=_own(actor)))}
    return tuple(found[row.id] for row in rows)


def _own(actor: Actor) -> Q:
    return Q(near(actor, KEEP, prefix="team__"), team__isnull=False) | Q(
        near(actor, KEEP, prefix="expert__"), expert__isnull=False
    )


def my_calls(*, actor: Actor) -> tuple[tuple[CallOut, Call], ...]:
    """What waits for the actor's answer or report: as a member, as an expert, or in the name of whom he keeps."""
    mine = Q(pk__in=[])
    staff = access.staff_of_account(account_id=actor.account)
    if staff is not None:
        member_of = models.Member.objects.filter(staff_id=staff, to_at=None)
        mine |= Q(team__in=member_of.values("team_id")) | Q(expert__staff_id=staff)
    if is_permitted(actor, KEEP):
        mine |= _own(actor)
    calls = models.Call.objects.filter(mine, state__in=MINE)
    rows = models.CallOut.objects.filter(calls__in=calls).distinct().order_by("-id")[:PAGE]
    found = callouts_of(rows, only=mine & Q(state__in=MINE))
    return tuple((row, call) for row in found for call in row.calls)


def candidates(*, group: str, place: str, actor: Actor, at: datetime) -> tuple[Team | Expert, ...]:
    """Who of a group can be called to a place, in the order proposed: ready before incomplete, near before far.

    Raises:
        NotPermitted.
    """
    require(actor, CALL)
    sort, _colon, kind = group.partition(":")
    county = place[:COUNTY_DIGITS]
    if sort == "team":
        rows = teams(actor, CALL).filter(kind=kind, closed_at=None)
        rows = rows.exclude(calls__state__in=BUSY).order_by("id")
        free = list(teams_of(rows, at=at))
        free.sort(
            key=lambda each: (
                each.readiness.standing is not Standing.READY,
                each.place_code[:COUNTY_DIGITS] != county,
                each.name,
            )
        )
        return tuple(free)
    people = experts(actor, CALL).filter(specialty=kind, ended_at=None)
    people = people.exclude(calls__state__in=BUSY).order_by("id")
    found = [each for each in experts_of(people) if not each.is_away]
    found.sort(key=lambda each: (each.place_code[:COUNTY_DIGITS] != county, each.name))
    return tuple(found)
