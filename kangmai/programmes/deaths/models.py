"""Tables of death certificates. What one says is sealed, earlier versions too; the underlying code stands in the
clear, for counting. The database says that a resident has one that holds."""

from enum import Enum

from django.db import models
from django.db.models import Q

from kangmai.programmes.deaths.types import Deed, State


def _code(length: int, **more: object) -> models.CharField:
    return models.CharField(max_length=length, db_collation="C", **more)


def _known(name: str, column: str, values: type[Enum]) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{column}__in": [each.value for each in values]}), name=name
    )


class Certificate(models.Model):
    """A certificate. The resident is kept as first written."""

    id = models.UUIDField(primary_key=True)
    number = _code(24, unique=True)
    resident_id = models.BigIntegerField()
    deceased_before = models.DateField(null=True)
    """What the index said of his death before: declared void, that is said again."""
    organization = models.BigIntegerField()
    place_code = _code(14)
    died_on = models.DateField()
    underlying = _code(8)
    label = models.PositiveSmallIntegerField(default=0)
    """The highest label (`kernel.actor.Label`) among its codes."""
    rule = _code(80)
    is_suggested = models.BooleanField()
    is_late = models.BooleanField()
    state = _code(10, default=State.ISSUED.value)
    content = models.BinaryField()
    content_key = models.PositiveSmallIntegerField()
    key = models.UUIDField(unique=True)
    account = models.BigIntegerField()
    issued_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("death_certificate_state", "state", State),
            models.UniqueConstraint(
                fields=("resident_id",),
                condition=~Q(state=State.VOID.value),
                name="death_certificate_one",
            ),
        )
        indexes = (
            models.Index(fields=("place_code", "-died_on", "-id"), name="death_place"),
            models.Index(fields=("organization", "-id"), name="death_organization"),
        )


class Step(models.Model):
    """Who did what with a certificate; `before` is what it said until then, sealed."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="steps")
    deed = _code(10)
    reason = models.CharField(max_length=200, blank=True, default="")
    before = models.BinaryField(null=True)
    before_key = models.PositiveSmallIntegerField(null=True)
    account = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = (_known("death_step_known", "deed", Deed),)


class Serial(models.Model):
    """The latest number of a county in a year."""

    county = _code(6)
    year = models.PositiveSmallIntegerField()
    latest = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("county", "year"), name="death_serial"),)
