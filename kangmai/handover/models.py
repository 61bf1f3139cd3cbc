"""Tables of the ledger: rows, their history, and the files that were made."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kangmai.handover.types import TO_SEND, Deed, State, Way
from kangmai.kernel.actor import Label


class Batch(models.Model):
    """A file for another system, kept sealed as it went out."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=64, unique=True, db_collation="C")
    system = models.CharField(max_length=64, db_collation="C")
    organization_id = models.BigIntegerField(null=True, blank=True)
    """The institution for which it was made."""
    labels = ArrayField(models.PositiveSmallIntegerField())
    """Labels of its rows: it is for those who may see all of them."""
    rows = models.PositiveIntegerField()
    file_name = models.CharField(max_length=160)
    content = models.BinaryField()
    content_key = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=64, db_collation="C")
    """What the client called this sending: the same key makes no second file."""
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("created_by", "key"), name="batch_key_once"),
        )
        indexes = (
            models.Index(fields=("organization_id", "-id"), name="batch_organization"),
            models.Index(fields=("system", "created_at"), name="batch_system"),
        )


class Posting(models.Model):
    """A batch on its way to the interface of another system; waits while `next_at` is set."""

    batch = models.OneToOneField(
        Batch, primary_key=True, on_delete=models.CASCADE, related_name="posting"
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=48, blank=True, default="")
    """What went wrong last, as a name."""
    next_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=("next_at",), condition=Q(next_at__isnull=False), name="posting_next"
            ),
        )


class Entry(models.Model):
    """One row that one system must hold about one thing; its values are sealed."""

    id = models.UUIDField(primary_key=True)
    system = models.CharField(max_length=64, db_collation="C")
    subject_kind = models.CharField(max_length=32, db_collation="C")
    subject_id = models.CharField(max_length=64, db_collation="C")
    resident_id = models.BigIntegerField(null=True, blank=True)
    organization_id = models.BigIntegerField()
    place_code = models.CharField(max_length=14, db_collation="C")
    label = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=9, db_collation="C")
    way = models.CharField(max_length=4, blank=True, default="", db_collation="C")
    faults = models.JSONField(default=list)
    """Titles of columns that are missing or wrong."""
    content = models.BinaryField()
    content_key = models.PositiveSmallIntegerField()
    content_hash = models.BinaryField(max_length=16)
    sent_hash = models.BinaryField(max_length=16, null=True)
    match_hash = models.BinaryField(max_length=16, null=True)
    """Keyed hash of the columns by which receipts name the row."""
    receipt_number = models.CharField(max_length=64, blank=True, default="", db_collation="C")
    reason = models.CharField(max_length=300, blank=True, default="")
    prepared_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.PROTECT)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("subject_kind", "subject_id", "system"), name="entry_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[each.value for each in State]), name="entry_state_known"
            ),
            models.CheckConstraint(
                condition=Q(way__in=["", *(each.value for each in Way)]), name="entry_way_known"
            ),
            models.CheckConstraint(
                condition=Q(label__in=[each.value for each in Label]), name="entry_label_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=(State.PREPARED.value, State.WITHDRAWN.value))
                | Q(sent_at__isnull=False),
                name="entry_sent_before",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.RECEIVED.value)
                | (Q(received_at__isnull=False) & ~Q(receipt_number="")),
                name="entry_received_with_receipt",
            ),
            models.UniqueConstraint(
                fields=("system", "receipt_number"),
                condition=~Q(receipt_number=""),
                name="entry_receipt_once",
            ),
        )
        indexes = (
            models.Index(fields=("organization_id", "state", "id"), name="entry_organization"),
            models.Index(fields=("place_code", "state", "id"), name="entry_place"),
            models.Index(
                fields=("system", "id"), condition=Q(state__in=TO_SEND), name="entry_to_send"
            ),
            models.Index(
                fields=("system", "match_hash"),
                condition=Q(match_hash__isnull=False),
                name="entry_match",
            ),
            models.Index(
                fields=("resident_id",),
                condition=Q(resident_id__isnull=False),
                name="entry_resident",
            ),
        )


class Step(models.Model):
    """A line of a row's history."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="steps", db_index=False)
    at = models.DateTimeField()
    account_id = models.BigIntegerField()
    deed = models.CharField(max_length=12, db_collation="C")
    note = models.CharField(max_length=300, blank=True, default="")
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(deed__in=[each.value for each in Deed]), name="step_deed_known"
            ),
        )
        indexes = (models.Index(fields=("entry", "id"), name="step_entry"),)
