"""Messages as they arrived, sealed, with what became of them."""

from django.db import models
from django.db.models import Q

from kangmai.exchange.hl7v2.types import State


class Message(models.Model):
    """One message of one sender; a message that names no control id is kept, but cannot be known again."""

    id = models.UUIDField(primary_key=True)
    organization_id = models.BigIntegerField()
    client = models.CharField(max_length=64, db_collation="C")
    sender = models.CharField(max_length=512)
    """MSH-3 and MSH-4, as `application|facility`."""
    control_id = models.CharField(max_length=200, blank=True, default="", db_collation="C")
    event = models.CharField(max_length=32, blank=True, default="", db_collation="C")
    content_hash = models.BinaryField(max_length=32)
    raw = models.BinaryField()
    raw_key = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, db_collation="C")
    problems = models.JSONField(default=list)
    """What was wrong: code, place and sentences; no content of the message."""
    mapping = models.CharField(max_length=16, blank=True, default="", db_collation="C")
    """Fingerprint of the tables by which it was last mapped."""
    tries = models.PositiveIntegerField(default=1)
    received_at = models.DateTimeField()
    decided_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organization_id", "sender", "control_id"),
                condition=~Q(control_id=""),
                name="hl7_message_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[each.value for each in State]), name="hl7_state_known"
            ),
        )
        indexes = (
            models.Index(fields=("state", "received_at"), name="hl7_state"),
            models.Index(fields=("received_at",), name="hl7_received"),
        )
