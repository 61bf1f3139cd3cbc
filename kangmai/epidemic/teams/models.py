"""Tables of teams: teams with members and rosters, experts, call-outs, drills, missions. They name staff in office only."""

from enum import Enum

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from kangmai.epidemic.teams.types import OUT, CallState, DrillState, MissionState

BUSY = [each.value for each in (CallState.WAITING, *OUT)]
"""States in which somebody cannot be called again."""


def _known(name: str, column: str, values: type[Enum]) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{column}__in": [each.value for each in values]}), name=name
    )


def _code(length: int, **more: object) -> models.CharField:
    return models.CharField(max_length=length, db_collation="C", **more)


class Team(models.Model):
    """A team of an institution."""

    id = models.UUIDField(primary_key=True)
    key = models.UUIDField(unique=True)
    organization_id = models.BigIntegerField()
    parent_id = models.BigIntegerField(null=True)
    place_code = _code(14)
    kind = _code(32)
    name = models.CharField(max_length=80)
    closed_at = models.DateTimeField(null=True)
    drilled_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organization_id", "name"),
                condition=Q(closed_at__isnull=True),
                name="team_name_once",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="team_named"),
        )
        indexes = (
            models.Index(fields=("place_code", "kind", "id"), name="team_place"),
            models.Index(fields=("organization_id",), name="team_organization"),
        )


class Member(models.Model):
    """A member of staff in a team, for a time."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members")
    staff_id = models.BigIntegerField()
    function = _code(32)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("team", "staff_id"), condition=Q(to_at__isnull=True), name="member_once"
            ),
        )
        indexes = (models.Index(fields=("staff_id",), name="member_staff"),)


class Duty(models.Model):
    """Somebody on duty for a team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="duties", db_index=False)
    staff_id = models.BigIntegerField()
    on = models.DateField()
    shift = _code(32)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("team", "staff_id", "on", "shift"), name="duty_once"),
            models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="duty_lasts"),
        )
        indexes = (models.Index(fields=("team", "on"), name="duty_day"),)


class Expert(models.Model):
    """A chief expert of a specialty, until it ends."""

    id = models.UUIDField(primary_key=True)
    staff_id = models.BigIntegerField()
    organization_id = models.BigIntegerField()
    parent_id = models.BigIntegerField(null=True)
    place_code = _code(14)
    specialty = _code(32)
    named_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("staff_id", "specialty"),
                condition=Q(ended_at__isnull=True),
                name="expert_once",
            ),
        )
        indexes = (models.Index(fields=("place_code", "specialty", "id"), name="expert_place"),)


class CallOut(models.Model):
    """A call to teams and experts: what is the matter, where, how many of what."""

    id = models.UUIDField(primary_key=True)
    key = models.UUIDField(unique=True)
    title = models.CharField(max_length=160)
    place_code = _code(14)
    order_id = models.UUIDField(null=True)
    wanted = models.JSONField()
    """How many of each group."""
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (models.Index(fields=("place_code", "-id"), name="callout_place"),)


class Call(models.Model):
    """One team or expert of a call-out, called or in reserve."""

    id = models.UUIDField(primary_key=True)
    callout = models.ForeignKey(
        CallOut, on_delete=models.CASCADE, related_name="calls", db_index=False
    )
    group = _code(40)
    rank = models.PositiveSmallIntegerField()
    team = models.ForeignKey(
        Team, null=True, on_delete=models.PROTECT, related_name="calls", db_index=False
    )
    expert = models.ForeignKey(
        Expert, null=True, on_delete=models.PROTECT, related_name="calls", db_index=False
    )
    organization_id = models.BigIntegerField()
    state = _code(10)
    called_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.BigIntegerField(null=True)
    is_coming = models.BooleanField(null=True)
    note = models.CharField(max_length=300, blank=True, default="")
    moved_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    back_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("call_state_known", "state", CallState),
            models.UniqueConstraint(fields=("callout", "group", "rank"), name="call_rank_once"),
            models.UniqueConstraint(
                fields=("team",), condition=Q(state__in=BUSY), name="call_of_a_team_one_at_a_time"
            ),
            models.UniqueConstraint(
                fields=("expert",),
                condition=Q(state__in=BUSY),
                name="call_of_an_expert_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(team__isnull=False, expert__isnull=True)
                | Q(team__isnull=True, expert__isnull=False),
                name="call_of_a_team_or_an_expert",
            ),
            models.CheckConstraint(
                condition=Q(called_at__isnull=True, due_at__isnull=True)
                | Q(called_at__isnull=False, due_at__isnull=False),
                name="call_has_a_limit",
            ),
        )
        indexes = (
            models.Index(fields=("team", "state"), name="call_team"),
            models.Index(fields=("expert", "state"), name="call_expert"),
        )


class Drill(models.Model):
    """A drill by a script, under a drill order."""

    id = models.UUIDField(primary_key=True)
    key = models.UUIDField(unique=True)
    order_id = models.UUIDField()
    script = _code(32)
    script_from = models.DateField()
    place_code = _code(14)
    organization_id = models.BigIntegerField()
    state = _code(9)
    planned_at = models.DateTimeField()
    planned_by = models.BigIntegerField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    summary = models.TextField(blank=True, default="")
    teams = models.ManyToManyField(Team, related_name="drills")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (_known("drill_state_known", "state", DrillState),)
        indexes = (models.Index(fields=("place_code", "-id"), name="drill_place"),)


class DrillStep(models.Model):
    """A step that was done."""

    drill = models.ForeignKey(Drill, on_delete=models.CASCADE, related_name="steps", db_index=False)
    step = _code(32)
    done_at = models.DateTimeField()
    done_by = models.BigIntegerField()
    note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("drill", "step"), name="drillstep_once"),)


class DrillMark(models.Model):
    """What an assessor gave a step."""

    drill = models.ForeignKey(Drill, on_delete=models.CASCADE, related_name="marks", db_index=False)
    step = _code(32)
    assessor = models.BigIntegerField()
    points = models.DecimalField(max_digits=4, decimal_places=1)
    remark = models.CharField(max_length=300, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("drill", "step", "assessor"), name="drillmark_once"),
            models.CheckConstraint(condition=Q(points__gte=0), name="drillmark_not_below_zero"),
        )


class DrillLesson(models.Model):
    """What went wrong, who mends it, until when."""

    drill = models.ForeignKey(Drill, on_delete=models.CASCADE, related_name="lessons")
    problem = models.CharField(max_length=300)
    mend = models.CharField(max_length=300)
    organization_id = models.BigIntegerField()
    due_on = models.DateField()
    mended_on = models.DateField(null=True)
    mended_by = models.BigIntegerField(null=True)


class Mission(models.Model):
    """People and goods sent to help, or received."""

    id = models.UUIDField(primary_key=True)
    key = models.UUIDField(unique=True)
    task = models.CharField(max_length=160)
    destination = models.CharField(max_length=80)
    order_id = models.UUIDField(null=True)
    from_organization = models.BigIntegerField(null=True)
    from_name = models.CharField(max_length=80, blank=True, default="")
    to_organization = models.BigIntegerField(null=True)
    to_name = models.CharField(max_length=80, blank=True, default="")
    places = ArrayField(_code(14))
    """Where its institutions of this city stand, for lists by area."""
    starts_on = models.DateField()
    until_on = models.DateField()
    people = models.PositiveIntegerField()
    state = _code(9)
    left_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    arrived_people = models.PositiveIntegerField(null=True)
    arrived_by = models.BigIntegerField(null=True)
    arrival_letter = _code(64, blank=True, default="")
    returned_at = models.DateTimeField(null=True)
    return_letter = _code(64, blank=True, default="")
    note = models.CharField(max_length=300, blank=True, default="")
    planned_by = models.BigIntegerField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("mission_state_known", "state", MissionState),
            models.CheckConstraint(
                condition=Q(from_organization__isnull=False) | Q(to_organization__isnull=False),
                name="mission_has_an_end_here",
            ),
            models.CheckConstraint(
                condition=Q(until_on__gte=F("starts_on")), name="mission_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=Q(people__gt=0), name="mission_of_somebody"),
        )
        indexes = (
            models.Index(fields=("from_organization", "-id"), name="mission_from"),
            models.Index(fields=("to_organization", "-id"), name="mission_to"),
        )


class MissionMember(models.Model):
    """A member of staff on a mission."""

    mission = models.ForeignKey(
        Mission, on_delete=models.CASCADE, related_name="members", db_index=False
    )
    staff_id = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("mission", "staff_id"), name="missionmember_once"),
        )
        indexes = (models.Index(fields=("staff_id",), name="missionmember_staff"),)


class MissionGoods(models.Model):
    """What a mission takes along."""

    mission = models.ForeignKey(
        Mission, on_delete=models.CASCADE, related_name="goods", db_index=False
    )
    item = models.CharField(max_length=80)
    quantity = models.PositiveIntegerField()
    returned = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("mission", "item"), name="missiongoods_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0)
                & (Q(returned__isnull=True) | Q(returned__lte=F("quantity"))),
                name="missiongoods_no_more_back",
            ),
        )
