"""Things an institution has: equipment and beds."""

from django.db import models
from django.db.models import Q

from kangmai.registry.models.columns import code_column
from kangmai.registry.models.organizations import Department, Organization


class Equipment(models.Model):
    """One piece of equipment."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="equipment", db_index=False
    )
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="equipment"
    )
    kind_code = code_column(32)
    name = models.CharField(max_length=120)
    model = models.CharField(max_length=80, blank=True, default="")
    serial_number = code_column(80, blank=True, default="")
    acquired_on = models.DateField(null=True, blank=True)
    retired_on = models.DateField(null=True, blank=True)
    is_in_repair = models.BooleanField(default=False)
    is_invented = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organization", "kind_code", "serial_number"),
                condition=~Q(serial_number=""),
                name="equipment_serial_once",
            ),
            models.CheckConstraint(condition=~Q(kind_code=""), name="equipment_kind_given"),
        )
        indexes = (
            models.Index(fields=("organization", "kind_code"), name="equipment_organization"),
            models.Index(fields=("kind_code", "organization"), name="equipment_kind"),
        )


class BedStock(models.Model):
    """How many beds of a kind there are from a day on, until a later row of the same kind."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="beds", db_index=False
    )
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="beds"
    )
    kind_code = code_column(32)
    from_on = models.DateField()
    authorized = models.PositiveIntegerField(default=0)
    """编制床位."""
    available = models.PositiveIntegerField()
    """实有床位."""
    is_invented = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organization", "department", "kind_code", "from_on"),
                nulls_distinct=False,
                name="bedstock_once_a_day",
            ),
            models.CheckConstraint(condition=~Q(kind_code=""), name="bedstock_kind_given"),
        )
