"""Tables of orders: the orders, the names under them, and what became of the data."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from kangmai.epidemic.orders.types import State, Treatment


class Order(models.Model):
    """One order; its end is the first instant at which it no longer holds."""

    id = models.UUIDField(primary_key=True)
    serial = models.PositiveSmallIntegerField(unique=True)
    """What wide tables carry instead of the id."""
    number = models.CharField(max_length=16, unique=True, db_collation="C")
    title = models.CharField(max_length=120)
    disease = models.CharField(max_length=32, db_collation="C")
    purposes = ArrayField(models.CharField(max_length=16, db_collation="C"))
    areas = ArrayField(models.CharField(max_length=14, db_collation="C"))
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    edition = models.CharField(max_length=32, db_collation="C")
    basis = models.CharField(max_length=500)
    is_drill = models.BooleanField()
    extends = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)
    retention_days = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, db_collation="C")
    proposed_by = models.BigIntegerField()
    proposed_at = models.DateTimeField()
    key = models.CharField(max_length=64, db_collation="C")
    """What the client called this proposal: the same key makes no second order."""
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.BigIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True, default="")
    is_told = models.BooleanField(default=False)
    """Whether its end was announced."""
    erased_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("proposed_by", "key"), name="order_key_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="order_period"),
            models.CheckConstraint(
                condition=Q(state__in=[each.value for each in State]), name="order_state_known"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True)
                | (Q(state=State.SIGNED.value) & ~Q(reason="") & Q(ended_by__isnull=False)),
                name="order_ended_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(state=State.SIGNED.value),
                name="order_erased_after_signing",
            ),
        )
        indexes = (models.Index(fields=("state", "ends_at"), name="order_in_force"),)


class Signature(models.Model):
    """A name under an order: two people in two roles."""

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="signatures", db_index=False
    )
    account_id = models.BigIntegerField()
    role = models.CharField(max_length=64, db_collation="C")
    organization_id = models.BigIntegerField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("order", "role"), name="signature_role_once"),
            models.UniqueConstraint(fields=("order", "account_id"), name="signature_account_once"),
        )


class ErasedTable(models.Model):
    """What became of one table under one order, counted when it was done."""

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="erased_tables", db_index=False
    )
    table = models.CharField(max_length=63, db_collation="C")
    treatment = models.CharField(max_length=9, db_collation="C")
    rows = models.PositiveBigIntegerField()
    remaining = models.PositiveBigIntegerField()
    done_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("order", "table"), name="erased_table_once"),
            models.CheckConstraint(
                condition=Q(treatment__in=[each.value for each in Treatment]),
                name="erased_treatment_known",
            ),
            models.CheckConstraint(condition=Q(remaining=0), name="erased_whole"),
        )
