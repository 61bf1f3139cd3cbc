"""A form sent twice acts once: its key is claimed first, and leads to what it made."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from kangmai.kernel.actor import Actor
from kangmai.registry.errors import FormKeyReused
from kangmai.registry.models import FormKey


def claim(form_key: UUID | None, *, action: str, actor: Actor, at: datetime) -> int | None:
    """Claim a key in the open transaction; returns the id that an earlier sending made, or None.

    A second sending that comes while the first is at work waits for it here.

    Raises:
        FormKeyReused: the key belongs to another action or account.
    """
    if form_key is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO registry_formkey (key, account_id, action, object_id, at)
               VALUES (%s, %s, %s, 0, %s) ON CONFLICT DO NOTHING""",
            [form_key, actor.account, action, at],
        )
        if cursor.rowcount:
            return None
    earlier = FormKey.objects.get(key=form_key)
    if (earlier.action, earlier.account_id) != (action, actor.account):
        raise FormKeyReused()
    return earlier.object_id


def settle(form_key: UUID | None, *, made: int) -> None:
    """Note what the form of a claimed key made."""
    if form_key is not None:
        FormKey.objects.filter(key=form_key).update(object_id=made)
