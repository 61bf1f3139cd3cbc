"""E-health cards, what was done to them, every use, and the public halves of the keys that sign codes."""

from django.db import models
from django.db.models import Q

from kangmai.identity.cards.types import Algorithm, Carrier, Change, Outcome, State, Way

IN_USE = (State.ACTIVE.value, State.SUSPENDED.value)


class SigningKey(models.Model):
    """A key that signs codes; its private half is derived from the keyring and stands nowhere."""

    version = models.PositiveSmallIntegerField(primary_key=True)
    key_id = models.BigIntegerField(unique=True)
    algorithm = models.CharField(max_length=8, choices=[(a.value, a.name) for a in Algorithm])
    city = models.CharField(max_length=4, db_collation="C")
    public = models.BinaryField(max_length=65)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("city",), condition=Q(to_at__isnull=True), name="signing_key_one_current"
            ),
        )


class Card(models.Model):
    """One card of one resident; tables keep the resident as first written, merges are resolved at reading."""

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=16, unique=True, db_collation="C")
    resident_id = models.BigIntegerField()
    state = models.CharField(max_length=9, choices=[(s.value, s.name) for s in State])
    way = models.CharField(max_length=6, choices=[(w.value, w.name) for w in Way])
    issued_by = models.BigIntegerField(null=True)
    """Institution; null where the resident asked for it himself."""
    issued_at = models.DateTimeField()
    recorded_by = models.BigIntegerField()
    ended_at = models.DateTimeField(null=True)
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    pin = models.CharField(max_length=128, blank=True, default="")
    failures = models.PositiveSmallIntegerField(default=0)
    """Wrong second factors in a row."""
    key = models.UUIDField(null=True, unique=True)
    """What the form was sent with, so that sending it twice issues one card."""
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("resident_id",), condition=Q(state__in=IN_USE), name="ehc_one_in_use"
            ),
            models.CheckConstraint(
                condition=Q(state__in=IN_USE, ended_at__isnull=True)
                | (~Q(state__in=IN_USE) & Q(ended_at__isnull=False)),
                name="ehc_end_agrees_with_state",
            ),
        )
        indexes = (
            models.Index(fields=("resident_id",), name="ehc_resident"),
            models.Index(fields=("issued_by",), name="ehc_issued_by"),
        )


class CardChange(models.Model):
    """What was done to a card after it was issued: when, where, by whom, why."""

    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="changes")
    change = models.CharField(max_length=9, choices=[(c.value, c.name) for c in Change])
    at = models.DateTimeField()
    organization = models.BigIntegerField(null=True)
    account = models.BigIntegerField()
    reason = models.CharField(max_length=200, blank=True, default="")


class CardUse(models.Model):
    """One showing of a card, accepted or refused; accepted dynamic codes are spent by their nonce."""

    id = models.BigAutoField(primary_key=True)
    card = models.ForeignKey(Card, null=True, on_delete=models.PROTECT, related_name="uses")
    resident_id = models.BigIntegerField(null=True)
    used_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    organization = models.BigIntegerField(null=True)
    account = models.BigIntegerField()
    client = models.CharField(max_length=100, blank=True, default="", db_collation="C")
    terminal = models.CharField(max_length=32, blank=True, default="")
    scene = models.CharField(max_length=16, db_collation="C")
    carrier = models.CharField(max_length=18, choices=[(c.value, c.name) for c in Carrier])
    factor = models.CharField(max_length=8, blank=True, default="")
    bearer = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=16, choices=[(o.value, o.name) for o in Outcome])
    nonce = models.BinaryField(max_length=8, null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("nonce",),
                condition=Q(outcome="accepted", nonce__isnull=False),
                name="ehc_use_once",
            ),
        )
        indexes = (
            models.Index(fields=("resident_id", "-id"), name="ehc_use_resident"),
            models.Index(fields=("organization", "used_at"), name="ehc_use_organization"),
        )
