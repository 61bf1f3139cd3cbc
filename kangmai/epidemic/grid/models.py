"""Tables of the grid. A home names nobody: it is the number of a household of the index, or of a resident without one."""

from django.db import models
from django.db.models import F, Q


def _code(length: int, **more: object) -> models.CharField:
    return models.CharField(max_length=length, db_collation="C", **more)


class Cell(models.Model):
    """A grid (14 digits) or micro-grid (16)."""

    code = _code(16, primary_key=True)
    name = models.CharField(max_length=80)
    is_closed = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(code__regex=r"^([0-9]{14}|[0-9]{16})$"), name="grid_cell_code"),
        )  # fmt: skip


class Worker(models.Model):
    """Who looks after a cell, for a half-open period."""

    id = models.UUIDField(primary_key=True)
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="workers")
    role = _code(24)
    name = models.CharField(max_length=40)
    phone = models.CharField(max_length=20, blank=True, default="")
    account_id = models.BigIntegerField(null=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="grid_worker_period"
            ),
        )  # fmt: skip
        indexes = (
            models.Index(
                fields=("account_id",), condition=Q(account_id__isnull=False), name="grid_worker_account"
            ),
        )  # fmt: skip


class Home(models.Model):
    """To which cell a household belongs, or a resident without a household."""

    household_id = models.BigIntegerField(null=True, unique=True)
    resident_id = models.BigIntegerField(null=True, unique=True)
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="homes")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(household_id__isnull=True, resident_id__isnull=False)
                | Q(household_id__isnull=False, resident_id__isnull=True),
                name="grid_home_is_of_one",
            ),
        )
