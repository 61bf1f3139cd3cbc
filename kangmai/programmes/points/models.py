"""Tables of the register of service points: points, what was said of them when, their course, inspections and findings.

No resident is named here.
"""

from enum import Enum

from django.db import models
from django.db.models import F, Q

from kangmai.kernel.ids import uuid7
from kangmai.programmes.points.types import Deed, FindingState, Outcome, State


def _code(length: int, **more: object) -> models.CharField:
    return models.CharField(max_length=length, db_collation="C", **more)


def _known(column: str, values: type[Enum], name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{column}__in": [each.value for each in values]}), name=name
    )


class Point(models.Model):
    """A service point with what holds of it today."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.UUIDField(unique=True)
    kind = _code(40)
    name = models.CharField(max_length=120)
    place_code = _code(14)
    organization = models.BigIntegerField(null=True)
    place = models.BigIntegerField(null=True)
    partner = models.BigIntegerField(null=True)
    keeper = models.BigIntegerField(null=True)
    """The institution that entered it, and answers for it where it is none itself."""
    holder_kind = _code(32, blank=True, default="")
    address = models.CharField(max_length=200, blank=True, default="")
    phone = models.CharField(max_length=32, blank=True, default="")
    state = _code(12, default=State.ENTERED.value)
    values = models.JSONField(default=dict)
    is_able = models.BooleanField(default=False)
    lacks = models.JSONField(default=list)
    size = models.PositiveIntegerField(null=True)
    used = models.PositiveIntegerField(null=True)
    stated_from = models.DateField()
    confirmed_on = models.DateField(null=True)
    review_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    """The earlier of review and end."""
    closed_on = models.DateField(null=True)
    open_findings = models.PositiveSmallIntegerField(default=0)
    entered_by = models.BigIntegerField()
    """Who said last what holds of it: somebody else confirms."""
    is_invented = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("state", State, "point_state_known"),
            models.CheckConstraint(condition=~Q(name=""), name="point_named"),
            models.CheckConstraint(
                condition=Q(state="closed", closed_on__isnull=False)
                | (~Q(state="closed") & Q(closed_on=None)),
                name="point_closed_on_a_day",
            ),
            models.UniqueConstraint(
                fields=("kind", "organization"),
                condition=~Q(state="closed") & Q(organization__isnull=False),
                name="point_once_an_institution",
            ),
            models.UniqueConstraint(
                fields=("kind", "place", "partner"),
                condition=~Q(state="closed") & Q(place__isnull=False),
                nulls_distinct=False,
                name="point_once_a_place",
            ),
        )
        indexes = (
            models.Index(fields=("kind", "place_code", "id"), name="point_kind_place"),
            models.Index(fields=("organization",), name="point_organization"),
            models.Index(fields=("partner",), name="point_partner", condition=Q(partner__isnull=False)),
            models.Index(fields=("keeper",), name="point_keeper"),
        )  # fmt: skip


class Statement(models.Model):
    """What was said of a point from a day on. Of two for the same day the later entry holds; nothing is changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    point = models.ForeignKey(
        Point, on_delete=models.CASCADE, related_name="statements", db_index=False
    )
    from_on = models.DateField()
    values = models.JSONField()
    size = models.PositiveIntegerField(null=True)
    used = models.PositiveIntegerField(null=True)
    is_able = models.BooleanField()
    lacks = models.JSONField()
    rule_version = _code(64)
    account = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("point", "-from_on", "-at"), name="point_statement"),)


class Period(models.Model):
    """A stretch of days in which a point stood confirmed."""

    point = models.ForeignKey(Point, on_delete=models.CASCADE, related_name="periods")
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("point",), condition=Q(until_on=None), name="point_one_open_period"
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")),
                name="point_period_forward",
            ),
        )


class Step(models.Model):
    """A step in the course of a point."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    point = models.ForeignKey(Point, on_delete=models.CASCADE, related_name="steps")
    deed = _code(12)
    on = models.DateField()
    note = models.CharField(max_length=300, blank=True, default="")
    account = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = (_known("deed", Deed, "point_deed_known"),)


class Inspection(models.Model):
    """A visit of inspectors."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.UUIDField(unique=True)
    point = models.ForeignKey(
        Point, on_delete=models.CASCADE, related_name="inspections", db_index=False
    )
    on = models.DateField()
    inspectors = models.CharField(max_length=80)
    organization = models.BigIntegerField(null=True)
    outcome = _code(12)
    note = models.CharField(max_length=500, blank=True, default="")
    account = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = (_known("outcome", Outcome, "inspection_outcome_known"),)
        indexes = (models.Index(fields=("point", "-on"), name="point_inspection"),)


class Finding(models.Model):
    """Something an inspection found that must be mended."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="findings")
    point = models.ForeignKey(
        Point, on_delete=models.CASCADE, related_name="findings", db_index=False
    )
    item = _code(40)
    note = models.CharField(max_length=300)
    is_serious = models.BooleanField()
    due_on = models.DateField()
    state = _code(12, default=FindingState.OPEN.value)
    mended = models.CharField(max_length=300, blank=True, default="")
    mended_at = models.DateTimeField(null=True)
    mended_by = models.BigIntegerField(null=True)
    settled_note = models.CharField(max_length=300, blank=True, default="")
    settled_at = models.DateTimeField(null=True)
    settled_by = models.BigIntegerField(null=True)
    times_returned = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (_known("state", FindingState, "finding_state_known"),)
        indexes = (models.Index(fields=("point", "state"), name="point_finding"),)
