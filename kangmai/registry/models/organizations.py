"""Institutions and their departments: the master rows behind FHIR Organization and Location."""

from django.db import models
from django.db.models import F, Q

from kangmai.registry.models.columns import (
    CREDIT_PATTERN,
    DIVISION_PATTERN,
    code_column,
    matches,
    one_of,
    whole_point,
)
from kangmai.registry.types import OrganizationKind, PointKind


class Organization(models.Model):
    """An institution of the health system, or an office that steers it."""

    code = code_column(32, unique=True)
    """Business code by which people and files name it (institution code, 机构代码)."""
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, blank=True, default="")
    kind = code_column(24)
    type_code = code_column(8, blank=True, default="")
    """WS 218 type, e.g. A100 general hospital."""
    level_code = code_column(2, blank=True, default="")
    """Level and grade: 02 = tertiary A, 11 = none."""
    ownership_code = code_column(2, blank=True, default="")
    division_code = code_column(14)
    """Where it stands: county, town or village."""
    jurisdiction_code = code_column(14, blank=True, default="")
    """The division whose residents it answers for; empty if it answers for none."""
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    credit_code = code_column(18, blank=True, default="")
    fhir_id = code_column(64, unique=True)
    address = models.CharField(max_length=200, blank=True, default="")
    phone = models.CharField(max_length=32, blank=True, default="")
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    point_kind = code_column(12, blank=True, default="")
    is_invented = models.BooleanField(default=False)
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    sort_key = code_column(240)
    initials = code_column(120, blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = (
            one_of("kind", OrganizationKind, name="organization_kind_known"),
            one_of("point_kind", ("", *PointKind), name="organization_point_kind_known"),
            models.CheckConstraint(
                condition=Q(division_code__regex=DIVISION_PATTERN),
                name="organization_division_digits",
            ),
            matches("jurisdiction_code", DIVISION_PATTERN, name="organization_jurisdiction_digits"),
            matches("credit_code", CREDIT_PATTERN, name="organization_credit_code_form"),
            whole_point(name="organization_point_whole"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="organization_named"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="organization_not_own_parent",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True)
                | Q(opened_on__isnull=True)
                | Q(closed_on__gte=F("opened_on")),
                name="organization_closed_after_opened",
            ),
        )
        indexes = (
            models.Index(fields=("sort_key", "id"), name="organization_sort"),
            models.Index(fields=("division_code",), name="organization_division"),
            models.Index(fields=("kind", "sort_key", "id"), name="organization_kind_sort"),
            models.Index(
                fields=("credit_code",),
                condition=~Q(credit_code=""),
                name="organization_credit_code",
            ),
        )

    def __str__(self) -> str:
        return self.code


class Department(models.Model):
    """A department of an institution, by the national list of treatment subjects where it has one."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="departments", db_index=False
    )
    code = code_column(32)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True, default="")
    subject_code = code_column(10, blank=True, default="")
    """诊疗科目 code, e.g. 03 internal medicine."""
    fhir_id = code_column(64, unique=True)
    closed_on = models.DateField(null=True, blank=True)
    sort_key = code_column(160)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organization", "code"), name="department_code_unique"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="department_named"),
        )
        indexes = (models.Index(fields=("organization", "sort_key", "id"), name="department_sort"),)

    def __str__(self) -> str:
        return self.code
