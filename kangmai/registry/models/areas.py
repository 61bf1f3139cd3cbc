"""Areas that are counted apart although they are no division, such as a high-tech zone."""

from django.db import models
from django.db.models import Q

from kangmai.registry.models.columns import DIVISION_PATTERN, code_column, one_of

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

    area = models.ForeignKey(ReportingArea, on_delete=models.CASCADE, related_name="members")
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
