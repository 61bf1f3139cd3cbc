"""Whose teams an actor may see, keep and call: one condition for every list and every write.

Seen are those of the actor's places, of his institution and of those right below it; kept are those of his
institution and of those right below it; called are those of his places.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from kangmai.epidemic.teams import models
from kangmai.epidemic.teams.errors import (
    CallOutUnknown,
    DrillUnknown,
    ExpertUnknown,
    InstitutionUnknown,
    MissionUnknown,
    StaffNotThere,
    TeamUnknown,
    TwiceNamed,
)
from kangmai.kernel.actor import Actor, Grant, NotPermitted, PlaceRange, is_permitted, require
from kangmai.registry import queries as registry
from kangmai.registry.errors import OrganizationUnknown
from kangmai.registry.types import Organization

READ = "teams.read"
KEEP = "teams.keep"
CALL = "teams.call"
RUN = "drills.run"
ASSESS = "drills.assess"


def grants(actor: Actor, *permissions: str) -> list[Grant]:
    """The grants that hold one of some permissions."""
    return [each for each in actor.grants if {*permissions, "*"} & each.permissions]


def own(actor: Actor, *permissions: str) -> frozenset[int]:
    """The institutions in which an actor holds one of some permissions."""
    return frozenset(
        e.organization for e in grants(actor, *permissions) if e.organization is not None
    )


def takes_part(row: models.Drill, actor: Actor) -> bool:
    """Whether an actor ran a step of a drill, or belongs to the institution of a participating team."""
    institutions = set(row.teams.values_list("organization_id", flat=True))
    ran = row.steps.filter(done_by=actor.account).exists()
    return ran or bool(institutions & own(actor, ASSESS))


def ranges(actor: Actor, *permissions: str) -> list[PlaceRange]:
    """The places in which an actor holds one of some permissions."""
    return [place for grant in grants(actor, *permissions) for place in grant.places]


def inside(places: Iterable[PlaceRange], prefix: str = "") -> Q:
    """Rows whose place lies in one of some ranges."""
    found = Q(pk__in=[])
    for place in places:
        found |= Q(**{f"{prefix}place_code__gte": place.low, f"{prefix}place_code__lt": place.high})
    return found


def near(actor: Actor, *permissions: str, prefix: str = "") -> Q:
    """Teams and experts in an actor's places, of his institutions and of those right below these."""
    mine = own(actor, *permissions)
    by_institution = Q(**{f"{prefix}organization_id__in": mine}) | Q(
        **{f"{prefix}parent_id__in": mine}
    )
    return by_institution | inside(ranges(actor, *permissions), prefix)


def teams(actor: Actor, permission: str = READ) -> QuerySet[models.Team]:
    """The teams within an actor's reach. Raises NotPermitted."""
    require(actor, permission)
    return models.Team.objects.filter(near(actor, permission))


def experts(actor: Actor, permission: str = READ) -> QuerySet[models.Expert]:
    """The experts within an actor's reach. Raises NotPermitted."""
    require(actor, permission)
    return models.Expert.objects.filter(near(actor, permission))


def keeps(actor: Actor, row: models.Team | models.Expert) -> bool:
    """Whether an actor keeps a team, or the entry of an expert."""
    if {row.organization_id, row.parent_id} & own(actor, KEEP):
        return True
    return is_everywhere(actor)


def is_everywhere(actor: Actor) -> bool:
    """Whether an actor is an operator of the installation."""
    return any("*" in each.permissions and each.organization is None for each in actor.grants)


def kept_institution(organization: int, *, actor: Actor, permission: str = KEEP) -> Organization:
    """An institution whose teams and missions an actor keeps. Raises NotPermitted, InstitutionUnknown."""
    require(actor, permission)
    try:
        found = registry.get_organization(organization_id=organization, actor=actor)
    except OrganizationUnknown:
        raise InstitutionUnknown(organization=organization) from None
    if not ({found.id, found.parent_id} & own(actor, permission) or is_everywhere(actor)):
        raise InstitutionUnknown(organization=organization)
    return found


def require_staff(ids: Iterable[int], organization: int, on: date) -> None:
    """Let pass people with a post in an institution or below it, each once. Raises TwiceNamed, StaffNotThere."""
    wanted = list(ids)
    names = registry.staff_names(ids=wanted)
    for each in wanted:
        if wanted.count(each) > 1:
            raise TwiceNamed(name=names.get(each, str(each)))
    below = registry.descendant_ids(organization_id=organization)
    there = registry.posted(ids=wanted, organization_ids=below, on=on)
    for each in wanted:
        if each not in there:
            raise StaffNotThere(name=names.get(each, str(each)))


def team_locked(team_id: UUID, *, actor: Actor) -> models.Team:
    """A team that an actor keeps, locked. Raises NotPermitted, TeamUnknown."""
    require(actor, KEEP)
    row = models.Team.objects.select_for_update().filter(id=team_id, closed_at=None).first()
    if row is None or not teams(actor).filter(id=team_id).exists():
        raise TeamUnknown()
    if not keeps(actor, row):
        raise NotPermitted(permission=KEEP)
    return row


def expert_locked(expert_id: UUID, *, actor: Actor) -> models.Expert:
    """An expert whose entry an actor keeps, locked. Raises NotPermitted, ExpertUnknown."""
    require(actor, KEEP)
    row = models.Expert.objects.select_for_update().filter(id=expert_id, ended_at=None).first()
    if row is None or not experts(actor).filter(id=expert_id).exists():
        raise ExpertUnknown()
    if not keeps(actor, row):
        raise NotPermitted(permission=KEEP)
    return row


def callouts(actor: Actor) -> QuerySet[models.CallOut]:
    """The call-outs of an actor's places, and those to teams and experts that he sees. Raises NotPermitted."""
    require(actor, READ)
    mine = models.Call.objects.filter(near(actor, KEEP, prefix="team__"), team__isnull=False)
    theirs = models.Call.objects.filter(near(actor, KEEP, prefix="expert__"), expert__isnull=False)
    seen = Q(id__in=mine.values("callout_id")) | Q(id__in=theirs.values("callout_id"))
    return models.CallOut.objects.filter(inside(ranges(actor, CALL)) | seen)


def callout_locked(callout_id: UUID, *, actor: Actor) -> models.CallOut:
    """A call-out of an actor's places, locked. Raises NotPermitted, CallOutUnknown."""
    require(actor, CALL)
    rows = models.CallOut.objects.select_for_update()
    row = rows.filter(inside(ranges(actor, CALL)), id=callout_id).first()
    if row is None:
        raise CallOutUnknown()
    return row


def drills(actor: Actor) -> QuerySet[models.Drill]:
    """The drills of an actor's places, of his institution, and of teams that he sees. Raises NotPermitted."""
    if not any(is_permitted(actor, each) for each in (READ, RUN, ASSESS)):
        raise NotPermitted(permission=READ)
    taking_part = teams(actor).values("id") if is_permitted(actor, READ) else []
    found = (
        inside(ranges(actor, READ, RUN, ASSESS))
        | Q(organization_id__in=own(actor, RUN))
        | Q(id__in=models.Drill.teams.through.objects.filter(team_id__in=taking_part).values("drill_id"))
    )  # fmt: skip
    return models.Drill.objects.filter(found)


def drill_locked(drill_id: UUID, *, permission: str, actor: Actor) -> models.Drill:
    """A drill that an actor runs or assesses, locked. Raises NotPermitted, DrillUnknown."""
    require(actor, permission)
    row = models.Drill.objects.select_for_update().filter(id=drill_id).first()
    if row is None or not drills(actor).filter(id=drill_id).exists():
        raise DrillUnknown()
    here = any(place.covers(row.place_code) for place in ranges(actor, permission))
    if not (here or row.organization_id in own(actor, permission)):
        raise NotPermitted(permission=permission)
    return row


def missions(actor: Actor) -> QuerySet[models.Mission]:
    """The missions one of whose ends lies in an actor's places or institutions. Raises NotPermitted."""
    require(actor, READ)
    mine = own(actor, READ)
    found = Q(from_organization__in=mine) | Q(to_organization__in=mine)
    seen = list(ranges(actor, READ))
    if seen:
        within = models.Mission.objects.raw(_IN_PLACES, [[e.low for e in seen], [e.high for e in seen]])  # fmt: skip
        found |= Q(id__in=[row.id for row in within])
    return models.Mission.objects.filter(found)


_IN_PLACES = """
SELECT m.id FROM teams_mission m
WHERE EXISTS (SELECT FROM unnest(m.places) AS p (code), unnest(%s::text[], %s::text[]) AS g (low, high)
              WHERE p.code >= g.low COLLATE "C" AND p.code < g.high COLLATE "C")"""


def mission_locked(mission_id: UUID, *, actor: Actor) -> models.Mission:
    """A mission that an actor sees, locked. Raises NotPermitted, MissionUnknown."""
    require(actor, KEEP)
    row = models.Mission.objects.select_for_update().filter(id=mission_id).first()
    if row is None or not missions(actor).filter(id=mission_id).exists():
        raise MissionUnknown()
    return row


def require_keeper(organization: int, *, actor: Actor) -> None:
    """Let pass who keeps the missions of an institution. Raises NotPermitted."""
    try:
        kept_institution(organization, actor=actor)
    except InstitutionUnknown:
        raise NotPermitted(permission=KEEP) from None
