"""Programs of other institutions, and the tokens with which they speak."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from kangmai.access.models.accounts import Account
from kangmai.access.types import Policy

POLICIES = [policy.value for policy in Policy]


class Client(models.Model):
    """A registered program: an OAuth 2 client that acts for one institution."""

    client_id = models.CharField(max_length=64, unique=True, db_collation="C")
    name = models.CharField(max_length=120)
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="client")
    """The account of kind `program` under which it is audited."""
    organization = models.ForeignKey(
        "registry.Organization", null=True, blank=True, on_delete=models.PROTECT
    )
    """The institution it acts for; without one it sees the whole city."""
    secret_hash = models.CharField(max_length=128, blank=True, default="")
    jwks = models.JSONField(null=True, blank=True)
    """Public keys for private_key_jwt."""
    scopes = models.TextField(blank=True, default="")
    labels = ArrayField(models.PositiveSmallIntegerField(), default=list)
    """Sensitive labels it may see besides normal ones."""
    is_active = models.BooleanField(default=True)
    id_prefix = models.CharField(max_length=32, blank=True, default="", db_collation="C")
    """Ids with this prefix may be chosen by the client (PUT as create); empty: none."""
    validation_policy = models.CharField(max_length=8, default=Policy.ENFORCE.value)
    reference_policy = models.CharField(max_length=8, default=Policy.ENFORCE.value)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(validation_policy__in=POLICIES, reference_policy__in=POLICIES),
                name="client_policies_known",
            ),
            models.CheckConstraint(
                condition=Q(id_prefix__regex=r"^([A-Za-z0-9][A-Za-z0-9.-]*)?$"),
                name="client_id_prefix_form",
            ),
            models.UniqueConstraint(
                fields=("id_prefix",), condition=~Q(id_prefix=""), name="client_id_prefix_once"
            ),
        )

    def __str__(self) -> str:
        return self.client_id

    @property
    def signs(self) -> bool:
        """Whether it proves itself by signed assertions, not by a secret."""
        return bool(self.jwks)


class AccessToken(models.Model):
    """A bearer token; only its SHA-256 is kept, since it carries 256 bits of chance."""

    token_hash = models.BinaryField(unique=True, max_length=32)
    client = models.ForeignKey(
        Client, null=True, blank=True, on_delete=models.PROTECT, related_name="tokens"
    )
    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="tokens"
    )
    organization = models.ForeignKey(
        "registry.Organization", null=True, blank=True, on_delete=models.PROTECT
    )
    scopes = models.TextField()
    resident_id = models.BigIntegerField(null=True, blank=True)
    """The resident in context of patient/ scopes."""
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at")), name="accesstoken_period"
            ),
        )
        indexes = (models.Index(fields=("expires_at",), name="accesstoken_expiry"),)


class ClientAssertion(models.Model):
    """A signed assertion already used: its `jti` works once (RFC 7523, 3)."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, db_index=False)
    jti = models.CharField(max_length=255, db_collation="C")
    expires_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("client", "jti"), name="clientassertion_once"),
        )
