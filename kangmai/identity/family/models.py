"""Who may act for whom, since when, until when, by what proof."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from kangmai.identity.family.types import Kind


class Authority(models.Model):
    """One resident may act for another; both as first written, merges are resolved at reading."""

    holder_id = models.BigIntegerField()
    subject_id = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=[(k.value, k.name) for k in Kind])
    powers = ArrayField(models.CharField(max_length=8))
    evidence = models.CharField(max_length=24, db_collation="C")
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    organization = models.BigIntegerField(null=True)
    recorded_by = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(holder_id=F("subject_id")), name="authority_over_another"
            ),
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gt=F("from_on")),
                name="authority_period",
            ),
            models.UniqueConstraint(
                fields=("holder_id", "subject_id"),
                condition=Q(ended_at__isnull=True),
                name="authority_open_once",
            ),
        )
        indexes = (models.Index(fields=("subject_id",), name="authority_subject"),)
