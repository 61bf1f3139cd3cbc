"""Tables of kits and of the visits that came out of them; whom a kit holds is not kept here."""

from django.db import models
from django.db.models import F, Q

from kangmai.kernel.ids import uuid7


class Kit(models.Model):
    """A phone that may hold part of a worklist."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.BigIntegerField()
    organization = models.BigIntegerField()
    """The institution for which its owner visits."""
    name = models.CharField(max_length=40)
    token_hash = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()
    prepared_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    holds = models.PositiveIntegerField(default=0)
    seen_at = models.DateTimeField()
    erase_asked_at = models.DateTimeField(null=True)
    erase_asked_by = models.BigIntegerField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("prepared_at")),
                name="kit_expires_after_it_was_prepared",
            ),
        )
        indexes = (
            models.Index(fields=("account", "id"), name="kit_account"),
            models.Index(fields=("organization", "id"), name="kit_organization"),
        )


class Entry(models.Model):
    """A visit that was filled in on a phone."""

    kit = models.ForeignKey(Kit, on_delete=models.PROTECT, related_name="entries", db_index=False)
    key = models.CharField(max_length=64, db_collation="C")
    visit = models.UUIDField(unique=True)
    filled_at = models.DateTimeField()
    """As the phone's clock said."""
    received_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("kit", "key"), name="kit_entry_once"),)
