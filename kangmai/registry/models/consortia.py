"""Consortia: institutions that work as one (县域医共体, 城市医疗集团, 专科联盟)."""

from django.db import models
from django.db.models import Q

from kangmai.registry.models.columns import code_column, half_open, one_of
from kangmai.registry.models.organizations import Organization
from kangmai.registry.types import ConsortiumKind


class Consortium(models.Model):
    """A consortium and the institution that leads it."""

    code = code_column(32, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, blank=True, default="")
    kind = code_column(12)
    lead = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="leads")
    division_code = code_column(14, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            one_of("kind", ConsortiumKind, name="consortium_kind_known"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="consortium_named"),
        )


class ConsortiumMember(models.Model):
    """An institution belongs to a consortium for a time."""

    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="members")
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="memberships"
    )
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = (
            half_open(start="from_on", end="to_on", name="consortiummember_period"),
            models.UniqueConstraint(
                fields=("consortium", "organization"),
                condition=Q(to_on__isnull=True),
                name="consortiummember_open_once",
            ),
        )
