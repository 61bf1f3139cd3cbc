"""Frozen figures: written once, never changed (a trigger refuses it)."""

from django.db import models
from django.db.models import F, Q

from kangmai.kernel.ids import uuid7


class FrozenFigure(models.Model):
    """A result as it was when somebody froze it for a report, with the manifest it was counted from."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    indicator = models.CharField(max_length=64, db_collation="C")
    rule_from = models.DateField()
    rule = models.CharField(max_length=12, db_collation="C")
    period_start = models.DateField()
    period_end = models.DateField()
    area = models.CharField(max_length=14, db_collation="C")
    broken_down_by = models.CharField(max_length=16, db_collation="C", blank=True)
    manifest = models.CharField(max_length=64, db_collation="C")
    cutoff = models.DateTimeField()
    figures = models.JSONField()
    """The total first, then the parts: area, value as text, numerator, denominator, known."""
    note = models.CharField(max_length=200, blank=True)
    frozen_at = models.DateTimeField()
    frozen_by = models.BigIntegerField()
    frozen_by_name = models.CharField(max_length=120)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(period_end__gt=F("period_start")), name="frozenfigure_period_not_empty"
            ),
        )
        indexes = (
            models.Index(
                fields=("indicator", "area", "period_start", "period_end", "frozen_at"),
                name="frozenfigure_of",
            ),
        )


class OutsideFigure(models.Model):
    """A figure as somebody outside gave it, with where it is from; a later one of the same stands beside it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    indicator = models.CharField(max_length=64, db_collation="C")
    area = models.CharField(max_length=14, db_collation="C")
    period_start = models.DateField()
    period_end = models.DateField()
    value = models.DecimalField(max_digits=24, decimal_places=6)
    numerator = models.BigIntegerField(null=True)
    denominator = models.BigIntegerField(null=True)
    supplier = models.CharField(max_length=120)
    document = models.CharField(max_length=200)
    received_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.BigIntegerField()
    recorded_by_name = models.CharField(max_length=120)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(period_end__gt=F("period_start")), name="outsidefigure_period_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(numerator__isnull=True) | Q(numerator__gte=0, denominator__gt=0),
                name="outsidefigure_whole_positive",
            ),
        )
        indexes = (
            models.Index(
                fields=("indicator", "area", "period_start", "period_end", "-id"),
                name="outsidefigure_of",
            ),
        )
