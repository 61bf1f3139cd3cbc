"""Tables of early warning: what counts, its daily series, signals with their evidence, events."""

from enum import Enum

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kangmai.epidemic.surveillance.types import (
    CaseClass,
    Certainty,
    Exposure,
    Level,
    Reason,
    ReportKind,
    ResourceKind,
    ResourceState,
    State,
)
from kangmai.kernel.actor import Label


def code(length: int, **more: object) -> models.CharField:
    """A column of codes: compared byte by byte."""
    return models.CharField(max_length=length, db_collation="C", **more)


def one_of(field: str, values: type[Enum], name: str) -> models.CheckConstraint:
    """A column holds one of some values."""
    known = [each.value for each in values]
    return models.CheckConstraint(condition=Q(**{f"{field}__in": known}), name=name)


class Occurrence(models.Model):
    """Something that counts, once for each source, key and condition; no person stands here."""

    source = code(32)
    key = code(80)
    condition = code(32)
    area_code = code(14)
    place_id = models.BigIntegerField(null=True, blank=True)
    reporter = code(40, blank=True, default="")
    day = models.DateField()
    reported_on = models.DateField()
    count = models.PositiveIntegerField()
    deaths = models.PositiveIntegerField(default=0)
    base = models.PositiveIntegerField(null=True, blank=True)
    label = models.PositiveSmallIntegerField()
    is_imported = models.BooleanField(default=False)
    is_counted = models.BooleanField()
    is_withdrawn = models.BooleanField(default=False)
    taken_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("source", "key", "condition"), name="sv_occurrence_once"
            ),
            models.CheckConstraint(
                condition=Q(label__in=[each.value for each in Label]),
                name="sv_occurrence_label_known",
            ),
        )
        indexes = (
            models.Index(fields=("source", "condition", "day"), name="sv_occurrence_series"),
            models.Index(fields=("condition", "place_id", "day"), name="sv_occurrence_place"),
            models.Index(fields=("source", "day", "reporter"), name="sv_occurrence_reporter"),
        )


class Daily(models.Model):
    """A day of a series: the sum of a source's occurrences of a condition in a town, or in one of its places."""

    pk = models.CompositePrimaryKey("source", "condition", "area_code", "place_id", "day")
    source = code(32)
    condition = code(32)
    area_code = code(14)
    place_id = models.BigIntegerField()
    """0 for what is in no place."""
    day = models.DateField()
    count = models.PositiveIntegerField()
    deaths = models.PositiveIntegerField()
    base = models.PositiveIntegerField(null=True)
    reporters = models.PositiveIntegerField()

    class Meta:
        indexes = (models.Index(fields=("source", "day"), name="sv_daily_day"),)


class Run(models.Model):
    """A run of the detectors: with what data and which settings its evidence can be made again."""

    id = models.UUIDField(primary_key=True)
    on = models.DateField()
    at = models.DateTimeField()
    latest_occurrence = models.BigIntegerField()
    settings = models.JSONField()
    series = models.PositiveIntegerField()
    tests = models.PositiveIntegerField()
    alarms = models.PositiveIntegerField()
    raised = models.PositiveIntegerField(default=0)
    grown = models.PositiveIntegerField(default=0)
    muted = models.PositiveIntegerField(default=0)
    seconds = models.FloatField()

    class Meta:
        indexes = (models.Index(fields=("-on", "-at"), name="sv_run_on"),)


class Outbreak(models.Model):
    """An event: suspected, investigated, confirmed or excluded, closed with its lessons."""

    id = models.UUIDField(primary_key=True)
    title = models.CharField(max_length=120)
    group = code(32)
    condition = code(32)
    area_code = code(14)
    place_id = models.BigIntegerField(null=True, blank=True)
    label = models.PositiveSmallIntegerField()
    state = code(13)
    grade = code(4, blank=True, default="")
    case_definition = models.TextField(blank=True, default="")
    source_found = models.TextField(blank=True, default="")
    lessons = models.TextField(blank=True, default="")
    columns = models.JSONField(default=list)
    owner_org = models.BigIntegerField(null=True, blank=True)
    first_day = models.DateField()
    opened_at = models.DateTimeField()
    opened_by = models.BigIntegerField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (one_of("state", State, "sv_outbreak_state_known"),)
        indexes = (
            models.Index(fields=("area_code", "state", "-id"), name="sv_outbreak_area"),
            models.Index(fields=("condition", "-id"), name="sv_outbreak_condition"),
        )


class Signal(models.Model):
    """One alert about one group of conditions, place and time."""

    id = models.UUIDField(primary_key=True)
    group = code(32)
    condition = code(32)
    area_code = code(14)
    place_id = models.BigIntegerField(null=True, blank=True)
    label = models.PositiveSmallIntegerField()
    level = code(9)
    state = code(13)
    priority = models.FloatField()
    first_day = models.DateField()
    latest_day = models.DateField()
    observed = models.FloatField()
    expected = models.FloatField(null=True, blank=True)
    p = models.FloatField(null=True, blank=True)
    has_rule = models.BooleanField()
    sources = ArrayField(code(32))
    reason = code(12, blank=True, default="")
    note = models.TextField(blank=True, default="")
    raised_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    owner_org = models.BigIntegerField(null=True, blank=True)
    officer = models.BigIntegerField(null=True, blank=True)
    outbreak = models.ForeignKey(
        Outbreak, null=True, blank=True, on_delete=models.PROTECT, related_name="signals"
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )
    is_shaken = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            one_of("state", State, "sv_signal_state_known"),
            one_of("level", Level, "sv_signal_level_known"),
            models.CheckConstraint(
                condition=Q(reason__in=["", *(each.value for each in Reason)]),
                name="sv_signal_reason_known",
            ),
            models.CheckConstraint(
                condition=(Q(state=State.MERGED.value) & Q(merged_into__isnull=False))
                | (~Q(state=State.MERGED.value) & Q(merged_into__isnull=True)),
                name="sv_signal_merged_into_one",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.EXCLUDED.value) | ~Q(reason=""),
                name="sv_signal_excluded_for_a_reason",
            ),
        )
        indexes = (
            models.Index(fields=("area_code", "state", "-priority", "-id"), name="sv_signal_area"),
            models.Index(fields=("group", "-latest_day"), name="sv_signal_group"),
            models.Index(fields=("-raised_at",), name="sv_signal_raised"),
        )


class Evidence(models.Model):
    """One piece of what speaks for a signal: of its day it may grow, later days stand beside it."""

    id = models.UUIDField(primary_key=True)
    signal = models.ForeignKey(
        Signal, on_delete=models.CASCADE, related_name="evidence", db_index=False
    )
    layer = code(12)
    method = code(40)
    source = code(32)
    condition = code(32)
    area_code = code(14)
    place_id = models.BigIntegerField(default=0)
    day = models.DateField()
    observed = models.FloatField()
    expected = models.FloatField(null=True, blank=True)
    threshold = models.FloatField(null=True, blank=True)
    p = models.FloatField(null=True, blank=True)
    cases = ArrayField(code(80))
    detail = models.JSONField()
    run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.PROTECT)
    found_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=(
                    "signal", "layer", "method", "source", "condition", "area_code", "place_id", "day",
                ),
                name="sv_evidence_once",
            ),
        )  # fmt: skip
        indexes = (
            models.Index(fields=("signal", "day"), name="sv_evidence_signal"),
            models.Index(fields=("condition", "day"), name="sv_evidence_known"),
        )


class History(models.Model):
    """What was done with a signal or an event, in order; written once."""

    signal = models.ForeignKey(Signal, null=True, on_delete=models.CASCADE, related_name="history")
    outbreak = models.ForeignKey(
        Outbreak, null=True, on_delete=models.CASCADE, related_name="history"
    )
    at = models.DateTimeField()
    account_id = models.BigIntegerField()
    deed = code(16)
    reason = code(12, blank=True, default="")
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(signal__isnull=False) | Q(outbreak__isnull=False),
                name="sv_history_of_something",
            ),
        )


class Mute(models.Model):
    """Silence about a group of conditions in an area until a day."""

    id = models.UUIDField(primary_key=True)
    group = code(32)
    area_code = code(14)
    from_on = models.DateField()
    until_on = models.DateField()
    """The last silent day."""
    reason = models.CharField(max_length=300)
    account_id = models.BigIntegerField()
    silenced = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(until_on__gt=models.F("from_on")), name="sv_mute_has_an_end"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="sv_mute_has_a_reason"),
        )
        indexes = (models.Index(fields=("until_on",), name="sv_mute_until"),)


class Tuning(models.Model):
    """A change of the plan's numbers with its replay on the last year."""

    id = models.UUIDField(primary_key=True)
    high_alpha = models.FloatField()
    watch_alpha = models.FloatField()
    least_cases = models.PositiveSmallIntegerField()
    standing = models.JSONField()
    replay = models.JSONField()
    reason = models.CharField(max_length=300)
    proposed_at = models.DateTimeField()
    proposed_by = models.BigIntegerField()
    in_force_from = models.DateField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.BigIntegerField(null=True, blank=True)
    state = code(9)
    """proposed, in_force, dropped"""
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (models.Index(fields=("state", "-in_force_from"), name="sv_tuning_in_force"),)


class Line(models.Model):
    """A line of an event's list; who it is stands sealed."""

    id = models.UUIDField(primary_key=True)
    outbreak = models.ForeignKey(
        Outbreak, on_delete=models.CASCADE, related_name="lines", db_index=False
    )
    number = models.PositiveIntegerField()
    case_id = code(40, blank=True, default="")
    sex = code(1, blank=True, default="")
    age_years = models.PositiveSmallIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=60, blank=True, default="")
    onset_on = models.DateField(null=True, blank=True)
    case_class = code(10)
    outcome = models.CharField(max_length=60, blank=True, default="")
    area_code = code(14, blank=True, default="")
    infected_by = models.PositiveIntegerField(null=True, blank=True)
    link_basis = code(10, blank=True, default="")
    link_certainty = code(9, blank=True, default="")
    link_note = models.CharField(max_length=200, blank=True, default="")
    link_account = models.BigIntegerField(null=True, blank=True)
    link_at = models.DateTimeField(null=True, blank=True)
    content = models.BinaryField()
    content_key = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("outbreak", "number"), name="sv_line_number_once"),
            models.UniqueConstraint(
                fields=("outbreak", "case_id"), condition=~Q(case_id=""), name="sv_line_case_once"
            ),
            one_of("case_class", CaseClass, "sv_line_class_known"),
            models.CheckConstraint(
                condition=Q(infected_by__isnull=True, link_basis="", link_certainty="")
                | Q(
                    infected_by__isnull=False,
                    link_basis__in=[each.value for each in Exposure],
                    link_certainty__in=[each.value for each in Certainty],
                    link_account__isnull=False,
                    link_at__isnull=False,
                ),
                name="sv_line_link_whole",
            ),
            models.CheckConstraint(
                condition=Q(infected_by__isnull=True) | ~Q(infected_by=models.F("number")),
                name="sv_line_not_by_himself",
            ),
        )


class Contact(models.Model):
    """Somebody exposed to a case of an event; who it is stands sealed."""

    id = models.UUIDField(primary_key=True)
    outbreak = models.ForeignKey(
        Outbreak, on_delete=models.CASCADE, related_name="contacts", db_index=False
    )
    number = models.PositiveIntegerField()
    line_number = models.PositiveIntegerField(null=True, blank=True)
    exposure = code(10)
    is_protected = models.BooleanField(null=True, blank=True)
    became_line = models.PositiveIntegerField(null=True, blank=True)
    exposed_on = models.DateField()
    until_on = models.DateField()
    content = models.BinaryField()
    content_key = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("outbreak", "number"), name="sv_contact_number_once"),
            one_of("exposure", Exposure, "sv_contact_exposure_known"),
            models.CheckConstraint(
                condition=Q(until_on__gte=models.F("exposed_on")), name="sv_contact_until"
            ),
        )


class ContactVisit(models.Model):
    """A day on which somebody asked after a contact."""

    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="visits", db_index=False
    )
    day = models.DateField()
    is_ill = models.BooleanField()
    note = models.CharField(max_length=200, blank=True, default="")
    account_id = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("contact", "day"), name="sv_contact_visit_once"),
        )


class Measure(models.Model):
    """A control measure, with who does it by when."""

    id = models.UUIDField(primary_key=True)
    outbreak = models.ForeignKey(
        Outbreak, on_delete=models.CASCADE, related_name="measures", db_index=False
    )
    what = models.CharField(max_length=200)
    who = models.CharField(max_length=80)
    due_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (models.Index(fields=("outbreak", "due_on"), name="sv_measure_due"),)


class Resource(models.Model):
    """Something asked of others for an event: asked, granted or refused, arrived."""

    id = models.UUIDField(primary_key=True)
    outbreak = models.ForeignKey(
        Outbreak, on_delete=models.CASCADE, related_name="resources", db_index=False
    )
    kind = code(12)
    what = models.CharField(max_length=120)
    amount = models.PositiveIntegerField()
    unit = models.CharField(max_length=20)
    asked_of = models.CharField(max_length=80)
    needed_by = models.DateField()
    purpose = models.CharField(max_length=200, blank=True, default="")
    state = code(9)
    granted = models.PositiveIntegerField(null=True, blank=True)
    answer = models.CharField(max_length=200, blank=True, default="")
    asked_at = models.DateTimeField()
    asked_by = models.BigIntegerField()
    answered_at = models.DateTimeField(null=True, blank=True)
    arrived_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            one_of("kind", ResourceKind, "sv_resource_kind_known"),
            one_of("state", ResourceState, "sv_resource_state_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="sv_resource_amount"),
            models.CheckConstraint(
                condition=Q(granted__isnull=True) | Q(granted__lte=models.F("amount")),
                name="sv_resource_granted_at_most_asked",
            ),
        )
        indexes = (models.Index(fields=("outbreak", "needed_by"), name="sv_resource_needed"),)


class Report(models.Model):
    """A report of an event as it was given; never changed."""

    id = models.UUIDField(primary_key=True)
    outbreak = models.ForeignKey(
        Outbreak, on_delete=models.CASCADE, related_name="reports", db_index=False
    )
    kind = code(8)
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    account_id = models.BigIntegerField()
    content = models.JSONField()
    is_on_time = models.BooleanField(null=True)

    class Meta:
        constraints = (
            one_of("kind", ReportKind, "sv_report_kind_known"),
            models.UniqueConstraint(fields=("outbreak", "number"), name="sv_report_number_once"),
        )
