"""Found a family-doctor team, change it, close it."""

import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.kernel.ids import uuid7
from kangmai.programmes.contracts import events, models, reach, rules
from kangmai.programmes.contracts.errors import (
    DutyUnknown,
    KeyReused,
    LeaderMissing,
    MemberUnknown,
    NameMissing,
    NameTaken,
    TeamBusy,
    TeamNotFound,
)
from kangmai.programmes.contracts.reach import KEEP
from kangmai.programmes.contracts.reading import teams_of
from kangmai.programmes.contracts.standing import holding
from kangmai.programmes.contracts.types import Team, TeamFacts
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day


def found_team(
    *, organization: int, facts: TeamFacts, key: UUID, actor: Actor, at: datetime.datetime
) -> Team:
    """Found a team of an institution; the same key again returns the first result.

    Raises:
        NotPermitted, TeamNotFound, NameMissing, NameTaken, LeaderMissing, MemberUnknown, DutyUnknown, KeyReused
    """
    require(actor, KEEP)
    if organization not in reach.institutions(actor, KEEP):
        raise TeamNotFound()
    on = legal_day(at)
    with transaction.atomic():
        if earlier := models.Team.objects.filter(key=key).first():
            if earlier.organization != organization:
                raise KeyReused()
            return teams_of([earlier])[0]
        division, jurisdiction = registry.codes_of_place(organization_id=organization)
        row = models.Team(
            id=uuid7(), organization=organization, place_code=jurisdiction or division, key=key
        )
        return _written(row, facts, on, actor, at)


def change_team(
    *, team_id: UUID, facts: TeamFacts, expected_version: int, actor: Actor, at: datetime.datetime
) -> Team:
    """Write down what a team is now.

    Raises:
        NotPermitted, TeamNotFound, ChangedMeanwhile, NameMissing, NameTaken, LeaderMissing, MemberUnknown, DutyUnknown
    """
    with transaction.atomic():
        row = reach.team(team_id, KEEP, actor=actor)
        require_version(row.version, expected_version)
        row.version += 1
        return _written(row, facts, legal_day(at), actor, at)


def set_open(
    *, team_id: UUID, is_open: bool, expected_version: int, actor: Actor, at: datetime.datetime
) -> Team:
    """Close a team that has no contracts left, or open it again.

    Raises:
        NotPermitted, TeamNotFound, ChangedMeanwhile, TeamBusy, NameTaken
    """
    with transaction.atomic():
        row = reach.team(team_id, KEEP, actor=actor)
        require_version(row.version, expected_version)
        count = 0 if is_open else holding(legal_day(at), until_later=True).filter(team=row).count()
        if count:
            raise TeamBusy(team=row.name, count=count)
        row.is_open, row.version = is_open, row.version + 1
        _save(row)
        _tell(row, actor, at)
    return teams_of([row])[0]


def _written(
    row: models.Team, facts: TeamFacts, on: datetime.date, actor: Actor, at: datetime.datetime
) -> Team:
    row.name = " ".join(facts.name.split())
    if not 2 <= len(row.name) <= 40:
        raise NameMissing()
    row.phone, row.leader = "".join(facts.phone.split())[:20], facts.leader
    _require_members(row.organization, facts, on)
    _save(row)
    row.members.all().delete()
    models.Member.objects.bulk_create(
        models.Member(team=row, staff=staff, duty=duty) for staff, duty in facts.members
    )
    _tell(row, actor, at)
    return teams_of([row])[0]


def _require_members(organization: int, facts: TeamFacts, on: datetime.date) -> None:
    staff = {id for id, _duty in facts.members}
    if facts.leader not in staff or len(staff) != len(facts.members):
        raise LeaderMissing()
    duties = rules.rule(on=on).duties
    for _staff, duty in facts.members:
        if duty not in duties:
            raise DutyUnknown(duty=duty[:32])
    houses = registry.descendant_ids(organization_id=organization)
    here = registry.posted(ids=staff, organization_ids=houses, on=on)
    if len(here) < len(staff):
        raise MemberUnknown(count=len(staff) - len(here))


def _save(row: models.Team) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "team_named_once" not in str(error):
            raise
        raise NameTaken(team=row.name) from None


def _tell(row: models.Team, actor: Actor, at: datetime.datetime) -> None:
    data = {"organization": row.organization, "is_open": row.is_open}
    write_down_and_announce(events.TEAM, "Team", row.id, data=data, actor=actor, at=at)
