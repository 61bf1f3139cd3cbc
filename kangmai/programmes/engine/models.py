"""Tables of enrolments, what is planned, visits, attempts to reach somebody, evidence and hand-overs."""

from collections.abc import Iterable
from enum import Enum

from django.db import models
from django.db.models import F, Q

from kangmai.kernel.ids import uuid7
from kangmai.programmes.engine.types import (
    Method,
    NotCounted,
    PlanReason,
    Priority,
    Reached,
    Standing,
    State,
    Way,
)


def _code(length: int, **options: object) -> models.CharField:
    return models.CharField(max_length=length, db_collation="C", **options)


def _one_of(column: str, values: Iterable[Enum], name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{column}__in": [each.value for each in values]}), name=name
    )


class Enrolment(models.Model):
    """A resident in a programme. What stands as `next_` and `latest_` repeats planned services and visits
    for worklists; it is written with them and by the replan, never by hand."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    resident_id = models.BigIntegerField()
    """As first written; `identity.queries.current` says who it is now."""
    programme = _code(48)
    state = _code(10)
    way = _code(10)
    suspected_on = models.DateField(null=True)
    confirmed_on = models.DateField(null=True)
    enrolled_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    closing_reason = _code(32, blank=True, default="")
    anchors = models.JSONField(default=dict)
    organization = models.BigIntegerField()
    staff = models.BigIntegerField(null=True)
    place_code = _code(14)
    """The home of the resident for the team that serves him; follows a move once the new team accepts."""
    priority = models.PositiveSmallIntegerField(default=int(Priority.ROUTINE))
    next_service = _code(32, blank=True, default="")
    next_opens_on = models.DateField(null=True)
    next_due_on = models.DateField(null=True)
    next_late_on = models.DateField(null=True)
    latest_visit = models.UUIDField(null=True)
    latest_visit_on = models.DateField(null=True)
    latest_class = _code(32, blank=True, default="")
    latest_target_met = models.BooleanField(null=True)
    lost_on = models.DateField(null=True)
    evidence_days = models.PositiveSmallIntegerField(default=0)
    """On how many different days readings of a suspected resident were raised."""
    key = _code(64, blank=True, default="")
    account = models.BigIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = (
            _one_of("state", State, "enrolment_state_known"),
            _one_of("way", Way, "enrolment_way_known"),
            models.CheckConstraint(
                condition=~Q(state=State.MANAGED.value) | Q(enrolled_on__isnull=False),
                name="enrolment_managed_since",
            ),
            models.CheckConstraint(
                condition=Q(state=State.CLOSED.value, closed_on__isnull=False)
                | (~Q(state=State.CLOSED.value) & Q(closed_on__isnull=True)),
                name="enrolment_closed_with_day",
            ),
            models.UniqueConstraint(
                fields=("resident_id", "programme"),
                condition=~Q(state=State.CLOSED.value),
                name="enrolment_open_once",
            ),
            models.UniqueConstraint(
                fields=("account", "key"), condition=~Q(key=""), name="enrolment_form_once"
            ),
        )
        indexes = (
            models.Index(fields=("resident_id",), name="enrolment_resident"),
            models.Index(
                fields=("organization", "next_due_on"),
                condition=~Q(state=State.CLOSED.value),
                name="enrolment_org_due",
            ),
            models.Index(
                fields=("place_code", "next_due_on"),
                condition=~Q(state=State.CLOSED.value),
                name="enrolment_place_due",
            ),
            models.Index(
                fields=("priority", "next_due_on", "id"),
                condition=Q(state=State.MANAGED.value),
                # all that a list asks for, so that a county's or the city's is found in the index alone
                include=(
                    "place_code",
                    "organization",
                    "programme",
                    "next_opens_on",
                    "next_late_on",
                ),
                name="enrolment_urgent",
            ),
            models.Index(
                fields=("place_code", "next_late_on"),
                condition=Q(state=State.MANAGED.value),
                # what waits in a town, however large, is counted without a look at its rows
                include=("programme", "next_opens_on", "next_due_on"),
                name="enrolment_place_late",
            ),
            models.Index(
                fields=("programme", "place_code"),
                condition=Q(state=State.MANAGED.value),
                name="enrolment_programme_place",
            ),
            models.Index(
                fields=("organization", "suspected_on", "id"),
                condition=Q(state__in=("suspected", "confirmed")),
                name="enrolment_org_suspected",
            ),
            models.Index(
                fields=("place_code", "suspected_on", "id"),
                condition=Q(state__in=("suspected", "confirmed")),
                name="enrolment_place_suspected",
            ),
            models.Index(
                fields=("id",),
                condition=Q(state=State.MANAGED.value, lost_on__isnull=False),
                include=("place_code", "organization", "programme"),
                name="enrolment_lost",
            ),
        )


class KeptFilter(models.Model):
    """What somebody narrows his worklist to again and again; the query holds codes and ids, never a name."""

    account = models.BigIntegerField()
    name = models.CharField(max_length=30)
    query = models.CharField(max_length=200, blank=True, default="")
    kept_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(name=""), name="kept_filter_named"),
            models.UniqueConstraint(fields=("account", "name"), name="kept_filter_once"),
        )


class PlannedService(models.Model):
    """The next time a service of an enrolment is due."""

    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.CASCADE, related_name="planned", db_index=False
    )
    service = _code(32)
    occasion = _code(32, blank=True, default="")
    opens_on = models.DateField()
    due_on = models.DateField()
    late_on = models.DateField()
    reason = _code(10)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("enrolment", "service"), name="planned_service_once"),
            _one_of("reason", PlanReason, "planned_service_reason_known"),
            models.CheckConstraint(
                condition=Q(opens_on__lte=F("due_on"), due_on__lte=F("late_on")),
                name="planned_service_days_in_order",
            ),
        )


class Visit(models.Model):
    """A visit as it was judged. The answers stand in the record (`response_id`); here only what planning
    and counting need. A correction is a new row; the earlier one stays with the standing `corrected`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="visits", db_index=False
    )
    service = _code(32)
    occasion = _code(32, blank=True, default="")
    visited_on = models.DateField()
    measured_on = models.DateField()
    entered_at = models.DateTimeField()
    method = _code(16)
    response_id = _code(64, blank=True, default="")
    response_version = models.PositiveIntegerField(default=1)
    observations = models.JSONField(default=dict)
    """Item of the form → id of its Observation."""
    measures = models.JSONField(default=dict)
    rule = _code(48, blank=True, default="")
    outcome = _code(32, blank=True, default="")
    target_met = models.BooleanField(null=True)
    reasons = models.JSONField(default=list)
    rule_version = _code(64, blank=True, default="")
    priority = models.PositiveSmallIntegerField(default=int(Priority.ROUTINE))
    next_on = models.DateField(null=True)
    overdue_after_days = models.PositiveSmallIntegerField(null=True)
    is_complete = models.BooleanField()
    is_counted = models.BooleanField()
    not_counted = _code(12, blank=True, default="")
    is_late_entry = models.BooleanField(default=False)
    is_open = models.BooleanField(default=False, db_default=False)
    """An alarm was saved before every required answer was given."""
    rejudged_at = models.DateTimeField(null=True)
    """When an entry of an earlier day changed what the rules say of this visit."""
    standing = _code(10, default=Standing.CURRENT.value)
    corrects = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    first_id = models.UUIDField()
    """The first row of a chain of corrections: the same visit in the eyes of those outside."""
    deadline = _code(48, blank=True, default="")
    """The definition of the deadline that the decision started."""
    organization = models.BigIntegerField(null=True)
    account = models.BigIntegerField()
    key = _code(64, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _one_of("method", Method, "visit_method_known"),
            _one_of("not_counted", NotCounted, "visit_not_counted_known"),
            _one_of("standing", Standing, "visit_standing_known"),
            models.CheckConstraint(
                condition=Q(is_counted=True, not_counted="")
                | (Q(is_counted=False) & ~Q(not_counted="")),
                name="visit_counted_or_why_not",
            ),
            models.UniqueConstraint(
                fields=("enrolment", "service", "visited_on"),
                condition=Q(standing=Standing.CURRENT.value),
                name="visit_once_a_day",
            ),
            models.UniqueConstraint(
                fields=("account", "key"), condition=~Q(key=""), name="visit_form_once"
            ),
        )
        indexes = (models.Index(fields=("enrolment", "visited_on", "id"), name="visit_history"),)


class EarlierJudgement(models.Model):
    """What the rules said of a visit until an entry of an earlier day made them say something else."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="judgements")
    because_of = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField()
    rule = _code(48, blank=True, default="")
    outcome = _code(32, blank=True, default="")
    target_met = models.BooleanField(null=True)
    reasons = models.JSONField(default=list)
    rule_version = _code(64, blank=True, default="")
    priority = models.PositiveSmallIntegerField()
    next_on = models.DateField(null=True)
    overdue_after_days = models.PositiveSmallIntegerField(null=True)
    deadline = _code(48, blank=True, default="")


class Joining(models.Model):
    """Two enrolments of one resident that became one: all that is needed to part them again."""

    kept = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="joined")
    other = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="joined_to")
    visits = models.JSONField(default=list)
    """Ids of the visits that went from `other` to `kept`."""
    evidence = models.JSONField(default=list)
    was = models.JSONField(default=dict)
    """State and days of `other` before."""
    joined_at = models.DateTimeField()
    parted_at = models.DateTimeField(null=True)


class Attempt(models.Model):
    """Somebody tried to reach a managed resident and did not."""

    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="attempts", db_index=False
    )
    service = _code(32)
    method = _code(16)
    outcome = _code(16)
    attempted_on = models.DateField()
    entered_at = models.DateTimeField()
    account = models.BigIntegerField()
    key = _code(64, blank=True, default="")

    class Meta:
        constraints = (
            _one_of("method", Method, "attempt_method_known"),
            _one_of("outcome", Reached, "attempt_outcome_known"),
            models.UniqueConstraint(
                fields=("enrolment", "method", "attempted_on"), name="attempt_once_a_day"
            ),
        )


class Evidence(models.Model):
    """A resource that raised, or supports, a suspicion."""

    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.CASCADE, related_name="evidence", db_index=False
    )
    resource_type = _code(24)
    resource_id = _code(64)
    measured_on = models.DateField()
    measures = models.JSONField(default=dict)
    organization = models.BigIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("enrolment", "resource_type", "resource_id"), name="evidence_once"
            ),
        )


class Transfer(models.Model):
    """A hand-over to another team; waits while `decided_at` is empty."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="transfers")
    from_organization = models.BigIntegerField()
    to_organization = models.BigIntegerField(null=True)
    """None: whoever serves the new home."""
    place_code = _code(14)
    """The home at the time of the proposal."""
    reason = models.CharField(max_length=200, blank=True, default="")
    proposed_at = models.DateTimeField()
    proposed_by = models.BigIntegerField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    is_accepted = models.BooleanField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("enrolment",),
                condition=Q(decided_at__isnull=True),
                name="transfer_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, is_accepted__isnull=True)
                | Q(decided_at__isnull=False, is_accepted__isnull=False),
                name="transfer_decided_whole",
            ),
        )
        indexes = (
            models.Index(
                fields=("to_organization", "id"),
                condition=Q(decided_at__isnull=True),
                name="transfer_waiting_org",
            ),
            models.Index(
                fields=("place_code", "id"),
                condition=Q(decided_at__isnull=True),
                name="transfer_waiting_place",
            ),
        )
