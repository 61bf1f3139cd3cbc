"""Keys of forms already acted on, so that a form sent twice acts once."""

from django.db import models


class FormKey(models.Model):
    """The idempotency key a client sent with a form, and what the form made."""

    key = models.UUIDField(primary_key=True)
    account_id = models.BigIntegerField()
    action = models.CharField(max_length=48)
    object_id = models.BigIntegerField()
    at = models.DateTimeField()
