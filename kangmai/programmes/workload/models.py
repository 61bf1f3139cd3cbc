"""Tables of the yearly checks: which sample was drawn how, and what was found in each record."""

from django.db import models
from django.db.models import Q

from kangmai.kernel.ids import uuid7
from kangmai.programmes.workload.types import Verdict


class Check(models.Model):
    """The check of an institution's year."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.BigIntegerField()
    place_code = models.CharField(max_length=14, db_collation="C")
    """Of most of its visits: by it quality control of the place sees the check."""
    year = models.PositiveSmallIntegerField()
    seed = models.CharField(max_length=64, db_collation="C")
    frame_count = models.PositiveIntegerField()
    frame_hash = models.CharField(max_length=64, db_collation="C")
    rule_version = models.CharField(max_length=64, db_collation="C")
    drawn_at = models.DateTimeField()
    drawn_by = models.BigIntegerField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.BigIntegerField(null=True)
    share_untrue = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organization", "year"), name="work_check_once_a_year"),
            models.CheckConstraint(
                condition=Q(closed_at=None, share_untrue=None)
                | Q(closed_at__isnull=False, share_untrue__isnull=False),
                name="work_check_closed_with_its_share",
            ),
        )
        indexes = (models.Index(fields=("place_code", "id"), name="work_check_place"),)


class Sampled(models.Model):
    """A record of a sample."""

    of = models.ForeignKey(Check, on_delete=models.CASCADE, related_name="records", db_index=False)
    number = models.PositiveSmallIntegerField()
    visit = models.UUIDField()
    verdict = models.CharField(max_length=12, blank=True, default="")
    note = models.CharField(max_length=300, blank=True, default="")
    checked_at = models.DateTimeField(null=True)
    checked_by = models.BigIntegerField(null=True)
    answer = models.CharField(max_length=300, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("of", "number"), name="sampled_number_once"),
            models.UniqueConstraint(fields=("of", "visit"), name="sampled_visit_once"),
            models.CheckConstraint(
                condition=Q(verdict__in=["", *(each.value for each in Verdict)]),
                name="sampled_verdict_known",
            ),
        )
