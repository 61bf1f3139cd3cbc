"""Schools, nurseries, care homes, work sites: where outbreaks start and services are brought."""

from django.db import models
from django.db.models import Q

from kangmai.registry.models.columns import (
    CREDIT_PATTERN,
    DIVISION_PATTERN,
    code_column,
    half_open,
    matches,
    one_of,
    whole_point,
)
from kangmai.registry.types import PlaceKind, PointKind


class Place(models.Model):
    """A place where many people are together."""

    code = code_column(32, unique=True)
    kind = code_column(16)
    name = models.CharField(max_length=120)
    credit_code = code_column(18, blank=True, default="")
    division_code = code_column(14)
    headcount = models.PositiveIntegerField(null=True, blank=True)
    capacity = models.PositiveIntegerField(null=True, blank=True)
    """Authorized places, e.g. 托位; not known is null, never 0."""
    address = models.CharField(max_length=200, blank=True, default="")
    phone = models.CharField(max_length=32, blank=True, default="")
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    point_kind = code_column(12, blank=True, default="")
    fhir_id = code_column(64, unique=True)
    is_invented = models.BooleanField(default=False)
    closed_on = models.DateField(null=True, blank=True)
    sort_key = code_column(240)
    initials = code_column(120, blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = (
            one_of("kind", PlaceKind, name="place_kind_known"),
            one_of("point_kind", ("", *PointKind), name="place_point_kind_known"),
            models.CheckConstraint(
                condition=Q(division_code__regex=DIVISION_PATTERN), name="place_division_digits"
            ),
            matches("credit_code", CREDIT_PATTERN, name="place_credit_code_form"),
            whole_point(name="place_point_whole"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="place_named"),
        )
        indexes = (
            models.Index(fields=("sort_key", "id"), name="place_sort"),
            models.Index(fields=("division_code",), name="place_division"),
            models.Index(fields=("kind", "sort_key", "id"), name="place_kind_sort"),
        )

    def __str__(self) -> str:
        return self.code


class PlaceClass(models.Model):
    """A class of a school or kindergarten, or a group of a care home, for one school year."""

    place = models.ForeignKey(
        Place, on_delete=models.PROTECT, related_name="classes", db_index=False
    )
    name = models.CharField(max_length=40)
    grade = models.CharField(max_length=20, blank=True, default="")
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)
    headcount = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("place", "name", "from_on"), name="placeclass_once"),
            half_open(start="from_on", end="to_on", name="placeclass_period"),
            models.CheckConstraint(condition=~Q(name=""), name="placeclass_named"),
        )
