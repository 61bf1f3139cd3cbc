"""Areas that are counted apart although they are no division, and what reports elsewhere than where it lies."""

from django.db import models
from django.db.models import Q

from kangmai.registry.models.columns import (
    DIVISION_PATTERN,
    code_column,
    half_open,
    matches,
    one_of,
)
from kangmai.registry.models.organizations import Organization

INCLUDE, EXCLUDE = "include", "exclude"


class ReportingArea(models.Model):
    """A named sum and difference of divisions, valid for a time."""

    code = code_column(32, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True, default="")
    from_on = models.DateField(null=True, blank=True)
    to_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="reportingarea_named"),
        )


class ReportingAreaMember(models.Model):
    """A division, with all below it, that an area includes, or excludes from one it includes."""

    area = models.ForeignKey(
        ReportingArea, on_delete=models.CASCADE, related_name="members", db_index=False
    )
    division_code = code_column(14)
    effect = code_column(8, default=INCLUDE)

    class Meta:
        constraints = (
            one_of("effect", (INCLUDE, EXCLUDE), name="areamember_effect_known"),
            models.CheckConstraint(
                condition=Q(division_code__regex=DIVISION_PATTERN), name="areamember_digits"
            ),
            models.UniqueConstraint(fields=("area", "division_code"), name="areamember_once"),
        )


class ReportingPlace(models.Model):
    """An institution, or a division such as a development zone, that is counted in another area than it lies in."""

    organization = models.ForeignKey(
        Organization, null=True, on_delete=models.PROTECT, related_name="reporting"
    )
    division_code = code_column(14, blank=True, default="")
    reports_to = code_column(14)
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    document = models.CharField(max_length=200)
    """Who decided it, and in which document."""
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            half_open(start="from_on", end="to_on", name="reportingplace_period"),
            matches("division_code", DIVISION_PATTERN, name="reportingplace_division_digits"),
            models.CheckConstraint(
                condition=Q(reports_to__regex=DIVISION_PATTERN), name="reportingplace_to_digits"
            ),
            models.CheckConstraint(
                condition=Q(organization__isnull=False, division_code="")
                | (Q(organization__isnull=True) & ~Q(division_code="")),
                name="reportingplace_of_one",
            ),
            models.UniqueConstraint(
                fields=("organization", "division_code"),
                condition=Q(to_on__isnull=True),
                nulls_distinct=False,
                name="reportingplace_open_once",
            ),
        )
