"""Erase a resource for good, as the law may ask: the store, its history, its search rows, its events.

What stays is a tombstone with type, id and version, so that readers of the feed learn that it is gone, and
the audit trail, which holds ids only. Of a Patient everything that is about him goes.
Source: FHIR, Patient/$purge, https://hl7.org/fhir/patient-operation-purge.html; 个人信息保护法 (2021), art. 47.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg

from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, NotPermitted
from kangmai.kernel.connections import unit_of_work
from kangmai.records import rules
from kangmai.records.errors import (
    PurgeIncomplete,
    PurgeTooLarge,
    ReadOnlyProjection,
    ReasonNeeded,
    ResourceNotFound,
    UnknownType,
)
from kangmai.records.fhir.definitions import resource_types
from kangmai.records.search.hashing import target_hash
from kangmai.records.store import changes, erasing
from kangmai.records.store.changes import Change
from kangmai.records.store.rows import Row, keys_of, type_number
from kangmai.records.subscriptions import registry
from kangmai.records.types import Flag, Stored

MOST_RESOURCES = 20_000
TIMEOUT_SECONDS = 1800


@dataclass(frozen=True, slots=True)
class Proof:
    """What was erased: how many resources, versions, events and ledger rows; and that nothing of it is left.

    `remaining` counts the rows that still tell of them in each table, looked for after the erasure within
    the same transaction; all are 0, or nothing was erased. `digest` is the SHA-256 of `Type/id` of every
    resource, sorted, one a line; the audit trail names it too.
    """

    resources: int
    versions: int
    events: int
    ledger: int
    remaining: dict[str, int]
    digest: str
    at: datetime


def purge(resource_type: str, id: str, *, reason: str, actor: Actor, at: datetime) -> Proof:
    """Erase a resource, and of a Patient all that is about him, with proof.

    Args:
        reason: on what ground, such as the number of the decision; kept in the audit trail.

    Raises:
        NotPermitted: the actor is no operator.
        UnknownType, ResourceNotFound, ReasonNeeded
        ReadOnlyProjection: a master row of another room stands behind it.
        PurgeTooLarge, PurgeIncomplete
    """
    if not rules.is_operator(actor):
        raise NotPermitted(permission="records.purge")
    if resource_type not in resource_types():
        raise UnknownType(type=resource_type)
    if not reason.strip():
        raise ReasonNeeded()
    at = at.astimezone(UTC).replace(microsecond=at.microsecond // 1000 * 1000)
    with unit_of_work() as connection, psycopg.Cursor(connection) as database:
        database.execute(f"SET LOCAL statement_timeout = '{TIMEOUT_SECONDS}s'")
        found = erasing.lock_with_compartment(database, resource_type, id, most=MOST_RESOURCES + 1)
        _check(found, resource_type, id)
        names = sorted(f"{each.type}/{each.id}" for each in found)
        digest = hashlib.sha256("\n".join(names).encode()).hexdigest()
        _bury(database, found, _deeds(found, digest, reason.strip(), actor, at))
        erased = erasing.erase_past(database, found)
        left = erasing.remaining(database, found)
        if any(left.values()):
            raise PurgeIncomplete(rows=sum(left.values()))
    return Proof(len(found), erased.versions, erased.events, erased.ledger, left, digest, at)


def _check(found: Sequence[Stored], resource_type: str, id: str) -> None:
    if not any(each.type == resource_type and each.id == id for each in found):
        raise ResourceNotFound(type=resource_type, id=id)
    if len(found) > MOST_RESOURCES:
        raise PurgeTooLarge(most=MOST_RESOURCES)
    for each in found:
        if rules.is_projection(each):
            raise ReadOnlyProjection(type=each.type, id=each.id)


def _bury(database: psycopg.Cursor, found: Sequence[Stored], deeds: Sequence[audit.Entry]) -> None:
    """Delete what lives in the ordinary way: its search rows go, readers of the feed learn of it."""
    living = [each for each in found if not each.is_deleted]
    actor, at = deeds[0].actor, deeds[0].at
    if living:
        buried = [Change(_tombstone(each, at), actor.account, each) for each in living]
        changes.apply(database, buried, deeds)
    else:
        audit.record_all(deeds, database.connection)
    for each in living:
        if each.type == "Subscription":
            registry.forget(database, each.rid)


def _tombstone(old: Stored, at: datetime) -> Row:
    keys = keys_of({"resourceType": old.type})
    fh = target_hash(f"{old.type}/{old.id}")
    return Row(type_number(old.type), old.rid, old.id, fh, old.version + 1, at, int(Flag.DELETED), old.subject,
               old.author_org, old.label, b"", keys, ())  # fmt: skip


def _deeds(
    found: Sequence[Stored], digest: str, reason: str, actor: Actor, at: datetime
) -> list[audit.Entry]:
    """What the audit trail says: each resource by its id, the ground, and the digest of all of them."""
    details = {"digest": digest, "resources": len(found)}
    return [
        audit.Entry(actor, at, "records.purge", each.type, each.id, reason=reason, details=details)
        for each in found
    ]
