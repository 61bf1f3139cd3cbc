"""Tables of reporting. They hold counts, names of officials in office and of documents, and no resident."""

from django.db import models
from django.db.models import F, Q

from kangmai.governance.reporting.types import Decision, Kind, Standing, State, Status, Step
from kangmai.kernel.ids import uuid7


def _code(length: int, **more: object) -> models.CharField:
    return models.CharField(max_length=length, db_collation="C", **more)


class Report(models.Model):
    """A report; issued, nothing of it can change (a trigger refuses)."""

    id = models.UUIDField(primary_key=True)
    key = models.UUIDField(unique=True)
    template = _code(64)
    template_from = models.DateField()
    area = _code(14)
    period_start = models.DateField()
    period_end = models.DateField()
    state = _code(9)
    content = models.JSONField()
    """Its lines, as taken from frozen figures."""
    remarks = models.JSONField(default=dict)
    authority = models.CharField(max_length=120, blank=True, default="")
    document = models.CharField(max_length=120, blank=True, default="")
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")  # fmt: skip
    year = models.PositiveSmallIntegerField(null=True)
    serial = models.PositiveIntegerField(null=True)
    text = models.JSONField(null=True)
    """What was issued, in both languages, block by block; files are made of it."""
    digest = models.BinaryField(max_length=32, null=True)
    """SHA-256 over the issued text."""
    drafted_by = models.BigIntegerField()
    drafted_by_name = models.CharField(max_length=120)
    drafted_at = models.DateTimeField()
    checked_by = models.BigIntegerField(null=True)
    checked_by_name = models.CharField(max_length=120, blank=True, default="")
    checked_at = models.DateTimeField(null=True)
    issued_by = models.BigIntegerField(null=True)
    issued_by_name = models.CharField(max_length=120, blank=True, default="")
    issued_at = models.DateTimeField(null=True)
    is_invented = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=[each.value for each in State]), name="report_state_known"
            ),
            models.CheckConstraint(
                condition=Q(period_end__gt=F("period_start")), name="report_period_not_empty"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.ISSUED.value)
                | Q(
                    checked_by__isnull=False,
                    issued_by__isnull=False,
                    serial__isnull=False,
                    text__isnull=False,
                    digest__isnull=False,
                ),
                name="report_issued_whole",
            ),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("drafted_by")),
                name="report_checked_by_another",
            ),
            models.CheckConstraint(
                condition=Q(issued_by__isnull=True)
                | (~Q(issued_by=F("drafted_by")) & ~Q(issued_by=F("checked_by"))),
                name="report_issued_by_a_third",
            ),
            models.UniqueConstraint(fields=("year", "serial"), name="report_serial_once"),
            models.UniqueConstraint(
                fields=("template", "area", "period_start", "period_end"),
                condition=Q(state__in=[State.DRAFT.value, State.SUBMITTED.value, State.CHECKED.value]),
                name="report_one_in_hand",
            ),
            models.UniqueConstraint(
                fields=("corrects",), condition=Q(state=State.ISSUED.value), name="report_corrected_once"
            ),
        )  # fmt: skip
        indexes = (models.Index(fields=("area", "-id"), name="report_area"),)


class ReportNote(models.Model):
    """A step in the history of a report."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    report = models.ForeignKey(
        Report, on_delete=models.PROTECT, related_name="notes", db_index=False
    )
    step = _code(12)
    text = models.CharField(max_length=1000, blank=True, default="")
    by = models.BigIntegerField()
    by_name = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(step__in=[each.value for each in Step]), name="reportnote_step_known"
            ),
        )
        indexes = (models.Index(fields=("report", "id"), name="reportnote_report"),)


class Workbook(models.Model):
    """A spreadsheet of the level above, byte for byte, with what goes into its cells."""

    id = models.UUIDField(primary_key=True)
    key = models.UUIDField(unique=True)
    name = models.CharField(max_length=120)
    area = _code(14)
    content = models.BinaryField()
    digest = _code(64)
    sheets = models.JSONField(default=list)
    bindings = models.JSONField(default=list)
    """Sheet, cell, indicator, area, part, when."""
    uploaded_by = models.BigIntegerField()
    uploaded_by_name = models.CharField(max_length=120)
    uploaded_at = models.DateTimeField()
    is_invented = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (models.Index(fields=("area", "-id"), name="workbook_area"),)


class Commitment(models.Model):
    """A promise; concluded, it can change no more (the actions refuse)."""

    id = models.UUIDField(primary_key=True)
    key = models.UUIDField(unique=True)
    title = models.CharField(max_length=200)
    area = _code(14)
    year = models.PositiveSmallIntegerField()
    kind = _code(10)
    indicator = _code(64, blank=True, default="")
    period_start = models.DateField(null=True)
    period_end = models.DateField(null=True)
    target = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    owner = models.BigIntegerField()
    due_on = models.DateField()
    source = models.CharField(max_length=200)
    standing = _code(10, blank=True, default="")
    """Empty until it is concluded; how it stands until then is counted, not kept."""
    conclusion = models.CharField(max_length=1000, blank=True, default="")
    freeze = models.UUIDField(null=True)
    concluded_at = models.DateTimeField(null=True)
    is_invented = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind=Kind.MILESTONES.value)
                | Q(
                    kind=Kind.INDICATOR.value,
                    target__isnull=False,
                    period_start__isnull=False,
                    period_end__gt=F("period_start"),
                ),
                name="commitment_measured",
            ),
            models.CheckConstraint(
                condition=Q(
                    standing__in=[
                        "",
                        Standing.KEPT.value,
                        Standing.MISSED.value,
                        Standing.WITHDRAWN.value,
                    ]
                ),
                name="commitment_standing_known",
            ),
        )
        indexes = (
            models.Index(fields=("area", "year", "due_on", "id"), name="commitment_area"),
            models.Index(fields=("due_on",), condition=Q(standing=""), name="commitment_open"),
        )


class Milestone(models.Model):
    """A step of a commitment."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="milestones")
    title = models.CharField(max_length=200)
    due_on = models.DateField()
    done_on = models.DateField(null=True)
    proof = models.CharField(max_length=200, blank=True, default="")


class Evidence(models.Model):
    """What shows that something was done."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="evidence")
    text = models.CharField(max_length=500)
    document = models.CharField(max_length=200)
    by = models.BigIntegerField()
    by_name = models.CharField(max_length=120)
    at = models.DateTimeField()


class PeerBulletin(models.Model):
    """A bulletin of another city, by the hash of its file; the file itself is not kept."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=120)
    origin = models.CharField(max_length=300, blank=True, default="")
    area = _code(14)
    """Whose officers read it."""
    digest = _code(64)
    uploaded_by = models.BigIntegerField()
    uploaded_by_name = models.CharField(max_length=120)
    uploaded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("area", "digest"), name="peerbulletin_once"),
        )


class PeerFigure(models.Model):
    """A figure that was read; what it is a value of counts only after a person said so."""

    id = models.UUIDField(primary_key=True)
    bulletin = models.ForeignKey(
        PeerBulletin, on_delete=models.PROTECT, related_name="figures", db_index=False
    )
    sentence = models.TextField()
    name = models.CharField(max_length=200)
    value = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    unit = models.CharField(max_length=40)
    place = models.CharField(max_length=60)
    period = _code(16)
    indicator = _code(64)
    status = _code(12)
    decision = _code(9, default=Decision.WAITING.value)
    decided_by = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=120, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=[each.value for each in Status]), name="peerfigure_status_known"
            ),
            models.CheckConstraint(
                condition=Q(decision__in=[Decision.WAITING.value, Decision.REJECTED.value])
                | Q(
                    decision=Decision.CONFIRMED.value,
                    value__isnull=False,
                    decided_by__isnull=False,
                ),
                name="peerfigure_confirmed_by_somebody",
            ),
        )  # fmt: skip
        indexes = (
            models.Index(fields=("bulletin", "id"), name="peerfigure_bulletin"),
            models.Index(
                fields=("indicator", "period", "place"),
                condition=Q(decision=Decision.CONFIRMED.value),
                name="peerfigure_confirmed",
            ),
        )
