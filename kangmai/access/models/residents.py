"""What residents decide about their record, and when it was opened without the usual right."""

from django.db import models
from django.db.models import F, Q

from kangmai.access.models.accounts import Account
from kangmai.access.types import ConsentKind, Finding


class BreakGlass(models.Model):
    """One account opened one resident's record in an emergency: reason, end, review."""

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="broken_glasses", db_index=False
    )
    resident_id = models.BigIntegerField()
    place_code = models.CharField(max_length=14, blank=True, default="", db_collation="C")
    """Division of the institution for which it was opened: who steers there reviews it."""
    reason = models.CharField(max_length=500)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="reviewed_glasses"
    )
    finding = models.CharField(max_length=12, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("opened_at")), name="breakglass_period"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="breakglass_reason_given"),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, reviewed_by__isnull=True, finding="")
                | Q(
                    reviewed_at__isnull=False,
                    reviewed_by__isnull=False,
                    finding__in=[finding.value for finding in Finding],
                ),
                name="breakglass_review_whole",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("account")),
                name="breakglass_reviewed_by_another",
            ),
        )
        indexes = (
            models.Index(fields=("account", "expires_at"), name="breakglass_account"),
            models.Index(fields=("resident_id", "opened_at"), name="breakglass_resident"),
            models.Index(
                fields=("opened_at",),
                condition=Q(reviewed_at__isnull=True),
                name="breakglass_unreviewed",
            ),
        )


class Consent(models.Model):
    """A resident's decision about the sight of one institution, or of all (no institution)."""

    resident_id = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    organization = models.ForeignKey(
        "registry.Organization", null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.BigIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in ConsentKind]),
                name="consent_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(kind=ConsentKind.OBJECTION.value) | Q(organization__isnull=False),
                name="consent_share_names_organization",
            ),
            models.CheckConstraint(
                condition=Q(to_at__isnull=True) | Q(to_at__gte=F("from_at")), name="consent_period"
            ),
            models.UniqueConstraint(
                fields=("resident_id", "kind", "organization"),
                condition=Q(to_at__isnull=True),
                nulls_distinct=False,
                name="consent_open_once",
            ),
        )
        indexes = (models.Index(fields=("organization", "kind"), name="consent_organization"),)
