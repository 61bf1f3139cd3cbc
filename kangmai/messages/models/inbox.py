"""Messages, and who has read them."""

from django.db import models
from django.db.models import Q

from kangmai.messages.types import Asks, Urgency


class Message(models.Model):
    """A message to an account, to a role in an institution, or to whoever holds a right at a place.

    It holds the values of its template and no text, so that everybody reads it in his own language, and
    nothing that names a resident.
    """

    id = models.UUIDField(primary_key=True)
    template = models.CharField(max_length=48, db_collation="C")
    parameters = models.JSONField(default=dict)
    link = models.CharField(max_length=200, blank=True, default="")
    urgency = models.PositiveSmallIntegerField()
    """Rank of `Urgency`: the higher, the sooner."""
    asks = models.CharField(max_length=12, db_collation="C")
    subject_kind = models.CharField(max_length=32, blank=True, default="", db_collation="C")
    subject_id = models.CharField(max_length=64, blank=True, default="", db_collation="C")
    account_id = models.BigIntegerField(null=True, blank=True)
    organization_id = models.BigIntegerField(null=True, blank=True)
    role = models.CharField(max_length=48, blank=True, default="", db_collation="C")
    permission = models.CharField(max_length=48, blank=True, default="", db_collation="C")
    place_code = models.CharField(max_length=14, blank=True, default="", db_collation="C")
    key = models.CharField(max_length=120, blank=True, default="", db_collation="C")
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.BigIntegerField(null=True, blank=True)
    forget_on = models.DateField()

    class Meta:
        db_table = "messages_message"
        constraints = (
            models.CheckConstraint(
                condition=Q(account_id__isnull=False, role="", permission="")
                | (Q(account_id__isnull=True, permission="") & ~Q(role=""))
                | (Q(account_id__isnull=True, role="") & ~Q(permission="")),
                name="message_to_one",
            ),
            models.CheckConstraint(
                condition=Q(urgency__lt=len(Urgency), asks__in=[each.value for each in Asks]),
                name="message_kinds_known",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True)
                | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="message_settled_whole",
            ),
            models.UniqueConstraint(
                fields=("key", "account_id", "organization_id", "role", "permission", "place_code"),
                condition=~Q(key=""),
                nulls_distinct=False,
                name="message_key_once",
            ),
        )
        indexes = (
            models.Index(
                fields=("account_id", "-id"),
                condition=Q(account_id__isnull=False),
                name="message_account",
            ),
            models.Index(
                fields=("organization_id", "role", "-id"),
                condition=~Q(role=""),
                name="message_role",
            ),
            models.Index(
                fields=("permission", "place_code", "-id"),
                condition=~Q(permission=""),
                name="message_permission",
            ),
            models.Index(
                fields=("subject_kind", "subject_id"),
                condition=Q(settled_at__isnull=True) & ~Q(subject_kind=""),
                name="message_open_subject",
            ),
            models.Index(fields=("forget_on",), name="message_forget"),
        )


class Reading(models.Model):
    """That an account has read a message."""

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="readings", db_index=False
    )
    account_id = models.BigIntegerField()
    read_at = models.DateTimeField()

    class Meta:
        db_table = "messages_reading"
        constraints = (
            models.UniqueConstraint(fields=("message", "account_id"), name="reading_once"),
        )
