"""The room's own tables. Answers themselves stand in the record; these rows point to them."""

from django.db import models


class Response(models.Model):
    """A filled-in form: its key is the id of the QuestionnaireResponse that holds the answers."""

    id = models.UUIDField(primary_key=True, editable=False)
    form_id = models.CharField(max_length=64, db_collation="C")
    form_version = models.DateField()
    resident_id = models.BigIntegerField()
    """As first written; merged residents are resolved by `identity`."""
    occasion = models.CharField(max_length=80, blank=True, default="", db_collation="C")
    organization = models.BigIntegerField(null=True)
    effective_on = models.DateField()
    observations = models.JSONField()
    """Link id → id of the Observation made of it; what was entered in error is kept."""
    version = models.PositiveIntegerField(default=1)
    """The version of the QuestionnaireResponse."""
    is_withdrawn = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=["resident_id", "form_id", "-effective_on"], name="forms_latest"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["form_id", "resident_id", "occasion"],
                condition=models.Q(is_withdrawn=False) & ~models.Q(occasion=""),
                name="forms_occasion_answered_once",
            ),
        )


class Saving(models.Model):
    """One act of saving: who, when, why, and the client's key that makes repeating it harmless."""

    id = models.UUIDField(primary_key=True, editable=False)
    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="savings")
    version = models.PositiveIntegerField()
    account = models.BigIntegerField()
    account_name = models.CharField(max_length=64)
    key = models.CharField(max_length=64, db_collation="C")
    content_hash = models.BinaryField(max_length=16)
    """A keyed hash of everything that was asked for under this key."""
    reason = models.CharField(max_length=200, blank=True, default="")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["account", "key"], name="forms_key_once_an_account"),
        )


class Draft(models.Model):
    """What an account has typed about a resident and not saved yet, sealed."""

    id = models.UUIDField(primary_key=True, editable=False)
    account = models.BigIntegerField()
    resident_id = models.BigIntegerField()
    form_id = models.CharField(max_length=64, db_collation="C")
    form_version = models.DateField()
    occasion = models.CharField(max_length=80, blank=True, default="", db_collation="C")
    sealed = models.BinaryField()
    sealed_key = models.PositiveSmallIntegerField()
    saved_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["saved_at"], name="forms_draft_age"),)
        constraints = (
            models.UniqueConstraint(
                fields=["account", "resident_id", "form_id", "occasion"], name="forms_one_draft"
            ),
        )
