"""Form, change and close teams; name experts; set rosters."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.teams import events, models, rules
from kangmai.epidemic.teams.errors import (
    DayWrong,
    FunctionUnknown,
    IsOut,
    KeyReused,
    KindUnknown,
    NobodyNamed,
    ReasonMissing,
    StaffNotThere,
    TwiceNamed,
)
from kangmai.epidemic.teams.locking import hold
from kangmai.epidemic.teams.models import BUSY
from kangmai.epidemic.teams.reach import (
    expert_locked,
    kept_institution,
    require_staff,
    team_locked,
)
from kangmai.epidemic.teams.reading import experts_of, teams_of
from kangmai.epidemic.teams.types import Expert, MemberFacts, Team
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.kernel.ids import uuid7
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

LONGEST_ROSTER_DAYS = 62


def form(
    *, organization: int, kind: str, name: str, members: Sequence[MemberFacts], key: UUID, actor: Actor, at: datetime
) -> Team:  # fmt: skip
    """Form a team of an institution's own staff; the same key again returns the first one.

    Raises:
        NotPermitted, InstitutionUnknown, KindUnknown, NobodyNamed, FunctionUnknown, StaffNotThere, TwiceNamed
        (a member, or the name of a team of this institution), KeyReused.
    """
    found = rules.rule(on=legal_day(at))
    if kind not in found.kinds:
        raise KindUnknown(kind=kind[:32])
    if not name.strip() or not members:
        raise NobodyNamed()
    with transaction.atomic():
        home = kept_institution(organization, actor=actor)
        hold(f"form:{home.id}")
        if (first := models.Team.objects.filter(key=key).first()) is not None:
            if (first.organization_id, first.kind, first.name) != (home.id, kind, name.strip()[:80]):  # fmt: skip
                raise KeyReused()
            return teams_of([first], at=at)[0]
        if models.Team.objects.filter(organization_id=home.id, name=name.strip()[:80], closed_at=None).exists():  # fmt: skip
            raise TwiceNamed(name=name.strip()[:80])
        _check_members(members, home.id, at)
        row = models.Team.objects.create(
            id=uuid7(), key=key, organization_id=home.id, parent_id=home.parent_id,
            place_code=home.division_code, kind=kind, name=name.strip()[:80],
        )  # fmt: skip
        _enter(row, members, at)
        data = {"organization": home.id, "kind": kind, "members": len(members)}
        write_down_and_announce(events.TEAM_FORMED, "Team", row.id, data=data, actor=actor, at=at)
    return teams_of([row], at=at)[0]


def change_members(
    *,
    team_id: UUID,
    members: Sequence[MemberFacts],
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Team:
    """Replace the members of a team; who stays in his function stays since when he was.

    Raises:
        NotPermitted, TeamUnknown, ChangedMeanwhile, NobodyNamed, FunctionUnknown, StaffNotThere, TwiceNamed.
    """
    if not members:
        raise NobodyNamed()
    with transaction.atomic():
        row = team_locked(team_id, actor=actor)
        require_version(row.version, expected_version)
        _check_members(members, row.organization_id, at)
        wanted = {(each.staff, each.function) for each in members}
        there = list(models.Member.objects.filter(team=row, to_at=None))
        gone = [each.pk for each in there if (each.staff_id, each.function) not in wanted]
        models.Member.objects.filter(pk__in=gone).update(to_at=at)
        left = {each.staff_id for each in there} - {each.staff for each in members}
        models.Duty.objects.filter(team=row, staff_id__in=left, from_at__gt=at).delete()
        kept = {(each.staff_id, each.function) for each in there}
        _enter(row, [each for each in members if (each.staff, each.function) not in kept], at)
        _save(row, {"members": len(members), "gone": len(gone)}, actor, at)
    return teams_of([row], at=at)[0]


def close(*, team_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime) -> Team:
    """Close a team that is not out. Raises NotPermitted, TeamUnknown, ChangedMeanwhile, ReasonMissing, IsOut."""
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = team_locked(team_id, actor=actor)
        require_version(row.version, expected_version)
        if models.Call.objects.filter(team=row, state__in=BUSY).exists():
            raise IsOut(name=row.name)
        row.closed_at = at
        models.Member.objects.filter(team=row, to_at=None).update(to_at=at)
        models.Duty.objects.filter(team=row, from_at__gt=at).delete()
        _save(row, {"closed": True}, actor, at, reason=reason.strip()[:300])
    return teams_of([row], at=at)[0]


def set_roster(
    *,
    team_id: UUID,
    days: Collection[date],
    shift: str,
    staff: Collection[int],
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> int:
    """Put members on duty in one shift of some days, in place of whoever was; nobody named clears it.

    Returns how many duties there are.

    Raises:
        NotPermitted, TeamUnknown, ChangedMeanwhile, KindUnknown (no such shift), DayWrong, StaffNotThere (no member).
    """
    found = rules.rule(on=legal_day(at))
    if shift not in found.shifts:
        raise KindUnknown(kind=shift[:32])
    _check_days(days, legal_day(at))
    with transaction.atomic():
        row = team_locked(team_id, actor=actor)
        require_version(row.version, expected_version)
        _require_members(row, staff)
        models.Duty.objects.filter(team=row, on__in=days, shift=shift).delete()
        made = []
        for day in sorted(days):
            begin, end = rules.period(found.shifts[shift], day)
            made += [
                models.Duty(team=row, staff_id=each, on=day, shift=shift, from_at=begin, until_at=end)
                for each in sorted(staff)
            ]  # fmt: skip
        models.Duty.objects.bulk_create(made)
        row.version += 1
        row.save(update_fields=["version"])
        data = {"days": len(days), "shift": shift, "people": len(staff)}
        write_down_and_announce(events.ROSTER_SET, "Team", row.id, data=data, actor=actor, at=at)
    return len(made)


def name_expert(
    *, organization: int, staff: int, specialty: str, actor: Actor, at: datetime
) -> Expert:
    """Name somebody of an institution chief expert of a specialty; named again he stays who he is.

    Raises:
        NotPermitted, InstitutionUnknown, KindUnknown (no such specialty), StaffNotThere.
    """
    if specialty not in rules.rule(on=legal_day(at)).specialties:
        raise KindUnknown(kind=specialty[:32])
    with transaction.atomic():
        home = kept_institution(organization, actor=actor)
        require_staff([staff], home.id, legal_day(at))
        hold(f"form:{home.id}")
        rows = models.Expert.objects.filter(staff_id=staff, specialty=specialty, ended_at=None)
        if (first := rows.first()) is not None:
            return experts_of([first])[0]
        row = models.Expert.objects.create(
            id=uuid7(), staff_id=staff, organization_id=home.id, parent_id=home.parent_id,
            place_code=home.division_code, specialty=specialty, named_at=at,
        )  # fmt: skip
        data = {"organization": home.id, "specialty": specialty}
        write_down_and_announce(events.EXPERT_NAMED, "Expert", row.id, data=data, actor=actor, at=at)  # fmt: skip
    return experts_of([row])[0]


def end_expert(*, expert_id: UUID, reason: str, actor: Actor, at: datetime) -> None:
    """End the entry of an expert who is not out. Raises NotPermitted, ExpertUnknown, ReasonMissing, IsOut."""
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = expert_locked(expert_id, actor=actor)
        if models.Call.objects.filter(expert=row, state__in=BUSY).exists():
            raise IsOut(name=registry.staff_names(ids=[row.staff_id]).get(row.staff_id, "—"))
        row.ended_at, row.reason, row.version = at, reason.strip()[:300], row.version + 1
        row.save(update_fields=["ended_at", "reason", "version"])
        data = {"organization": row.organization_id, "specialty": row.specialty}
        write_down_and_announce(
            events.EXPERT_ENDED, "Expert", row.id, data=data, reason=row.reason, actor=actor, at=at
        )


def _check_members(members: Sequence[MemberFacts], organization: int, at: datetime) -> None:
    known = rules.rule(on=legal_day(at)).functions
    for each in members:
        if each.function not in known:
            raise FunctionUnknown(function=each.function[:32])
    require_staff([each.staff for each in members], organization, legal_day(at))


def _check_days(days: Collection[date], today: date) -> None:
    if not days or len(days) > LONGEST_ROSTER_DAYS:
        raise DayWrong(value=len(days), expected=f"1–{LONGEST_ROSTER_DAYS}")
    if min(days) < today:
        raise DayWrong(value=min(days), expected=f"≥ {today}")


def _require_members(row: models.Team, staff: Collection[int]) -> None:
    there = set(models.Member.objects.filter(team=row, to_at=None).values_list("staff_id", flat=True))  # fmt: skip
    for each in staff:
        if each not in there:
            raise StaffNotThere(name=registry.staff_names(ids=[each]).get(each, str(each)))


def _enter(row: models.Team, members: Sequence[MemberFacts], at: datetime) -> None:
    models.Member.objects.bulk_create(
        models.Member(team=row, staff_id=each.staff, function=each.function, from_at=at)
        for each in members
    )


def _save(
    row: models.Team, data: dict[str, object], actor: Actor, at: datetime, *, reason: str = ""
) -> None:
    row.version += 1
    row.save()
    write_down_and_announce(
        events.TEAM_CHANGED, "Team", row.id, data=data, reason=reason, actor=actor, at=at
    )
