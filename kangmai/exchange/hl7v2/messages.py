"""The table of messages: kept as they came, known again, sealed."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from kangmai.exchange.hl7v2 import models
from kangmai.exchange.hl7v2.mapping.tables import fingerprint
from kangmai.exchange.hl7v2.types import Header, Problem, State
from kangmai.kernel import sealing
from kangmai.kernel.ids import OrganizationId, uuid7


def content_hash(raw: bytes) -> bytes:
    """What tells two messages under one control id apart."""
    return hashlib.sha256(raw).digest()


def lock_number(organization: OrganizationId, header: Header) -> None:
    """Let one message of a sender's control id be taken at a time, until the transaction ends."""
    name = f"hl7v2|{organization}|{header.sender}|{header.control_id}"
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def find(organization: OrganizationId, header: Header) -> models.Message | None:
    """The message of this sender and control id, if one came."""
    if not header.control_id:
        return None
    return models.Message.objects.filter(
        organization_id=organization, sender=header.sender, control_id=header.control_id
    ).first()


def keep(
    raw: bytes,
    header: Header,
    *,
    state: State,
    problems: Sequence[Problem],
    before: models.Message | None,
    organization: OrganizationId,
    client: str,
    at: datetime,
) -> models.Message:
    """Write a message down with what became of it; of one that came again under its number, the newest text."""
    row = before or models.Message(
        id=uuid7(), organization_id=organization, received_at=at, tries=0
    )
    key, sealed = sealing.seal(raw, bound_to=_bound_to(row.id))
    row.client, row.sender = client, header.sender[:512]
    row.control_id, row.event = header.control_id, header.event
    row.content_hash, row.raw, row.raw_key = content_hash(raw), sealed, key
    decide(row, state=state, problems=problems, at=at)
    return row


def decide(row: models.Message, *, state: State, problems: Sequence[Problem], at: datetime) -> None:
    """Note what became of a message, and by which tables."""
    row.state, row.problems = state.value, [asdict(each) for each in problems]
    row.mapping, row.tries, row.decided_at = fingerprint(), row.tries + 1, at
    row.save()


def raw_of(row: models.Message) -> bytes:
    """The message as it came."""
    return sealing.unseal(row.raw_key, bytes(row.raw), bound_to=_bound_to(row.id))


def problems_of(row: models.Message) -> tuple[Problem, ...]:
    """What was wrong with it."""
    given: list[dict[str, Any]] = row.problems
    return tuple(Problem(**each) for each in given)


def _bound_to(id: UUID) -> bytes:
    return f"hl7-message:{id}".encode()
