"""One act of saving: its key is honoured once, its content is recognised, its author written down."""

import re
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import orjson
from django.db import connection

from kangmai.forms import models
from kangmai.forms.errors import KeyMissing, KeyReused, ResponseNotFound
from kangmai.forms.fhir.response import account_reference
from kangmai.kernel import audit, sealing
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import uuid7

_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


def content_hash(content: Mapping[str, object]) -> bytes:
    """A keyed hash of everything an act was asked to do; the order of its parts does not matter."""
    text = orjson.dumps(content, option=orjson.OPT_SORT_KEYS, default=list).decode()
    return sealing.blind(text, purpose="forms.content")


def claim(key: str, content: bytes, *, actor: Actor) -> models.Saving | None:
    """Wait for others who use the same key, then tell what it was used for; None where it is new.

    Raises:
        KeyMissing: it is no key.
        KeyReused: it was used for something else.
    """
    if not _KEY.fullmatch(key):
        raise KeyMissing()
    lock = sealing.blind(f"{actor.account}|{key}", purpose="forms.key")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(lock[:8], signed=True)])
    earlier = (
        models.Saving.objects.filter(account=actor.account, key=key)
        .select_related("response")
        .first()
    )
    if earlier is not None and bytes(earlier.content_hash) != content:
        raise KeyReused()
    return earlier


def note(
    response: models.Response,
    *,
    version: int,
    key: str,
    content: bytes,
    reason: str = "",
    deed: str,
    subject: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Write down who saved which version, why, and under which key; the trail says so, too."""
    models.Saving.objects.create(
        id=uuid7(),
        response=response,
        version=version,
        account=actor.account,
        account_name=actor.name[:64],
        key=key,
        content_hash=content,
        reason=reason,
        saved_at=at,
    )
    audit.record(
        connection.connection,
        actor=actor,
        at=at,
        action=deed,
        object_type="QuestionnaireResponse",
        object_id=str(response.id),
        subjects=[subject],
        details={"form": response.form_id, "version": version},
    )


def locked(response_id: str) -> models.Response:
    """The row of a response, held until the end of the transaction.

    Raises:
        ResponseNotFound
    """
    try:
        id = UUID(response_id)
    except ValueError:
        raise ResponseNotFound() from None
    row = models.Response.objects.select_for_update().filter(id=id).first()
    if row is None:
        raise ResponseNotFound()
    return row


def first_author(row: models.Response) -> dict[str, object]:
    """A reference to whoever saved the first version of a response."""
    first = row.savings.order_by("version").first()
    if first is None:
        raise ValueError(f"response {row.id} was saved by nobody")
    return account_reference(first.account, first.account_name)
