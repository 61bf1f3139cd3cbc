"""Tables of supplies: stores with their numbers at post, entries and movements, balances, transfers, readings.

Entries and movements are only ever added (a trigger refuses the rest). A balance is the sum of the movements
of its lot, kept so that a board of a city needs no sum over years; a balance below nothing is refused here.
"""

from enum import Enum

from django.db import models
from django.db.models import F, Q

from kangmai.epidemic.supplies.types import EntryKind, TransferState


def _known(name: str, column: str, values: type[Enum]) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{column}__in": [each.value for each in values]}), name=name
    )


def _code(length: int, **more: object) -> models.CharField:
    return models.CharField(max_length=length, db_collation="C", **more)


class Store(models.Model):
    """An institution that keeps a ledger. Where it stands is the registry's word, repeated for lists by area."""

    organization_id = models.BigIntegerField(primary_key=True)
    parent_id = models.BigIntegerField(null=True)
    place_code = _code(14)
    version = models.PositiveIntegerField(default=0)
    loads_set_at = models.DateTimeField(null=True)
    """When its numbers at post were set last; null while nobody said them."""

    class Meta:
        indexes = (
            models.Index(fields=("place_code", "organization_id"), name="store_place"),
            models.Index(fields=("parent_id",), name="store_parent"),
        )


class StoreLoad(models.Model):
    """People on duty in each shift, or units of a service a day, at full load."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="loads", db_index=False)
    load = _code(32)
    amount = models.PositiveIntegerField()
    shifts = models.PositiveSmallIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("store", "load"), name="storeload_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="storeload_some"),
            models.CheckConstraint(condition=Q(shifts__range=(1, 6)), name="storeload_shifts"),
        )


class Transfer(models.Model):
    """Goods on their way from one institution to another."""

    id = models.UUIDField(primary_key=True)
    key = models.UUIDField()
    donor_id = models.BigIntegerField()
    receiver_id = models.BigIntegerField()
    state = _code(9)
    reason = models.CharField(max_length=300, blank=True, default="")
    note = models.CharField(max_length=300, blank=True, default="")
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()
    sent_by = models.BigIntegerField(null=True)
    sent_at = models.DateTimeField(null=True)
    received_by = models.BigIntegerField(null=True)
    received_at = models.DateTimeField(null=True)
    signed_by = models.BigIntegerField(null=True)
    signed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("transfer_state_known", "state", TransferState),
            models.CheckConstraint(
                condition=~Q(donor_id=F("receiver_id")), name="transfer_to_other"
            ),
            models.UniqueConstraint(
                fields=("key", "donor_id", "receiver_id"), name="transfer_key_once"
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True) | Q(sent_at__isnull=False),
                name="transfer_received_after_sent",
            ),
        )
        indexes = (
            models.Index(fields=("donor_id", "id"), name="transfer_donor"),
            models.Index(fields=("receiver_id", "id"), name="transfer_receiver"),
            models.Index(
                fields=("state", "id"),
                condition=Q(state__in=("asked", "sent", "differs")),
                name="transfer_open",
            ),
        )


class TransferLine(models.Model):
    """One item of a transfer."""

    transfer = models.ForeignKey(
        Transfer, on_delete=models.CASCADE, related_name="lines", db_index=False
    )
    item = _code(32)
    asked = models.BigIntegerField()
    sent = models.BigIntegerField(default=0)
    received = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("transfer", "item"), name="transferline_once"),
            models.CheckConstraint(
                condition=Q(asked__gt=0, sent__gte=0, received__gte=0, received__lte=F("sent")),
                name="transferline_no_more_than_sent",
            ),
        )


class Entry(models.Model):
    """One entry of a ledger; never changed, reversed by another at most once."""

    id = models.UUIDField(primary_key=True)
    key = models.UUIDField(unique=True)
    """What the form was sent with: the same key makes no second entry."""
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    kind = _code(8)
    booked_on = models.DateField()
    partner = models.CharField(max_length=120, blank=True, default="")
    """From whom it was bought or given, or for whom it was issued."""
    document = _code(64, blank=True, default="")
    reason = models.CharField(max_length=300, blank=True, default="")
    content = models.BinaryField(max_length=32)
    """Digest of what was sent, to tell a repetition from another form."""
    transfer = models.ForeignKey(
        Transfer, null=True, on_delete=models.PROTECT, related_name="entries"
    )
    reverses = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="reversed_by"
    )
    account_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            _known("entry_kind_known", "kind", EntryKind),
            models.CheckConstraint(
                condition=Q(kind=EntryKind.REVERSAL.value, reverses__isnull=False)
                | (~Q(kind=EntryKind.REVERSAL.value) & Q(reverses__isnull=True)),
                name="entry_reversal_names_another",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=("discard", "reversal")) | ~Q(reason=""),
                name="entry_loss_has_a_reason",
            ),
        )
        indexes = (models.Index(fields=("store", "-id"), name="entry_store"),)


class Movement(models.Model):
    """What one entry did to one lot of one item."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="movements")
    store_id = models.BigIntegerField()
    item = _code(32)
    lot = _code(40, blank=True, default="")
    expires_on = models.DateField(null=True)
    quantity = models.BigIntegerField()
    balance = models.BigIntegerField()
    """What was left of the lot afterwards."""

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(quantity=0), name="movement_moves"),
            models.CheckConstraint(condition=Q(balance__gte=0), name="movement_leaves_no_debt"),
        )
        indexes = (models.Index(fields=("store_id", "item", "-entry"), name="movement_item"),)


class Balance(models.Model):
    """What an institution has of one lot now."""

    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="balances", db_index=False
    )
    item = _code(32)
    lot = _code(40, blank=True, default="")
    expires_on = models.DateField(null=True)
    quantity = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("store", "item", "lot", "expires_on"),
                nulls_distinct=False,
                name="balance_once",
            ),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="balance_never_below_zero"),
        )
        indexes = (
            models.Index(
                fields=("expires_on", "id"),
                condition=Q(quantity__gt=0, expires_on__isnull=False),
                name="balance_expiry",
            ),
        )


class Reading(models.Model):
    """How an institution stood at the end of a day: what indicators count."""

    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="readings", db_index=False
    )
    on = models.DateField()
    place_code = _code(14)
    cells = models.PositiveSmallIntegerField()
    """Key items in use there."""
    short_cells = models.PositiveSmallIntegerField()
    smallest_item = _code(32, blank=True, default="")
    smallest_days = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("store", "on"), name="reading_once_a_day"),
            models.CheckConstraint(
                condition=Q(cells__gt=0, short_cells__lte=F("cells")), name="reading_counted"
            ),
        )
