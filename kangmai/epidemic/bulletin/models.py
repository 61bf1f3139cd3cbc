"""The table of bulletins. It holds counts and names of officials in office, and nobody else."""

from django.db import models
from django.db.models import F, Q

from kangmai.epidemic.bulletin.types import State


def _code(length: int, **more: object) -> models.CharField:
    return models.CharField(max_length=length, db_collation="C", **more)


class Bulletin(models.Model):
    """One bulletin of an order and a day; issued, its content can never change (a trigger refuses)."""

    id = models.UUIDField(primary_key=True)
    key = models.UUIDField(unique=True)
    order_id = models.UUIDField()
    day = models.DateField()
    edition = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField(null=True)
    state = _code(8)
    content = models.JSONField()
    remark = models.TextField(blank=True, default="")
    digest = models.BinaryField(max_length=32, null=True)
    """SHA-256 over the text in both languages, as it was signed."""
    drafted_by = models.BigIntegerField()
    drafted_role = _code(48)
    drafted_at = models.DateTimeField()
    issued_by = models.BigIntegerField(null=True)
    issued_role = _code(48, blank=True, default="")
    issued_at = models.DateTimeField(null=True)
    authority = models.CharField(max_length=120, blank=True, default="")
    document = models.CharField(max_length=120, blank=True, default="")
    released_by = models.BigIntegerField(null=True)
    released_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=[each.value for each in State]), name="bulletin_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.ISSUED.value)
                | Q(issued_by__isnull=False, serial__isnull=False, digest__isnull=False),
                name="bulletin_issued_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(issued_by__isnull=True) | ~Q(issued_by=F("drafted_by")),
                name="bulletin_signed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | Q(state=State.ISSUED.value),
                name="bulletin_released_when_issued",
            ),
            models.UniqueConstraint(
                fields=("order_id", "day", "edition"),
                condition=Q(state=State.ISSUED.value),
                name="bulletin_edition_once",
            ),
            models.UniqueConstraint(
                fields=("order_id", "day"),
                condition=Q(state=State.DRAFT.value),
                name="bulletin_one_draft_a_day",
            ),
            models.UniqueConstraint(fields=("order_id", "serial"), name="bulletin_serial_once"),
        )
        indexes = (models.Index(fields=("order_id", "-id"), name="bulletin_order"),)
