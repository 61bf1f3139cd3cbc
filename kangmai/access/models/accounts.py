"""Accounts, the roles they hold, and their attempts to log in."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from kangmai.access.types import AccountKind


class Account(AbstractBaseUser):
    """Someone, or a program, that can log in. Authority comes from grants alone."""

    login = models.CharField(max_length=64, unique=True, db_collation="C")
    """Lower case; compared byte by byte."""
    name = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, default=AccountKind.PERSON.value)
    staff = models.ForeignKey(
        "registry.Staff", null=True, blank=True, on_delete=models.PROTECT, related_name="accounts"
    )
    resident_id = models.BigIntegerField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=8, default="zh-hans")
    totp_secret = models.BinaryField(null=True)
    """Sealed, bound to `totp:<id>`; null while one-time passwords are off."""
    totp_key = models.PositiveSmallIntegerField(null=True)
    totp_step = models.BigIntegerField(default=0)
    """The latest 30-second step whose code was used: a code works once."""
    locked_until = models.DateTimeField(null=True, blank=True)
    must_change_password = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    USERNAME_FIELD = "login"
    objects = BaseUserManager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(login__regex=r"^[a-z0-9][a-z0-9._@-]{1,63}$"), name="account_login_form"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in AccountKind]),
                name="account_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(totp_secret__isnull=True, totp_key__isnull=True)
                | Q(totp_secret__isnull=False, totp_key__isnull=False),
                name="account_totp_with_key",
            ),
        )
        indexes = (
            models.Index(
                fields=("resident_id",),
                condition=Q(resident_id__isnull=False),
                name="account_resident",
            ),
        )

    def __str__(self) -> str:
        return f"account {self.pk}"


class RoleGrant(models.Model):
    """An account holds a role, in an institution or in the whole city, for a time."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=48, db_collation="C")
    """Id of a definition of definitions/access/role."""
    organization = models.ForeignKey(
        "registry.Organization", null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True, blank=True)
    granted_by = models.BigIntegerField()
    """Account id; 0 is the operator."""
    revoked_by = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(to_at__isnull=True) | Q(to_at__gte=F("from_at")),
                name="rolegrant_period",
            ),
            models.UniqueConstraint(
                fields=("account", "role", "organization"),
                condition=Q(to_at__isnull=True),
                nulls_distinct=False,
                name="rolegrant_open_once",
            ),
        )
        indexes = (models.Index(fields=("organization", "role"), name="rolegrant_organization"),)


class LoginAttempt(models.Model):
    """One attempt to log in, kept to slow down guessing and for the log the law asks for."""

    login = models.CharField(max_length=64, db_collation="C")
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=16)

    class Meta:
        indexes = (
            models.Index(fields=("login", "-at"), name="loginattempt_login"),
            models.Index(fields=("address", "-at"), name="loginattempt_address"),
        )
