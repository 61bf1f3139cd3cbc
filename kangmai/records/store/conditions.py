"""Conditional operations and conditional references: searches that decide what a transaction does.

Two transactions with the same condition wait for each other on an advisory lock over the hash of type
and query, so that of sixty-four parallel conditional creates one creates and the others find its result.

Source: FHIR R4, https://hl7.org/fhir/R4/http.html#ccreate, #cond-update, #3.1.0.7.1 (conditional delete),
#trules (conditional references).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import psycopg

from kangmai.kernel.actor import Actor
from kangmai.records.errors import ManyMatches, ResourceNotFound, UnresolvedReference
from kangmai.records.search.hashing import hash64
from kangmai.records.store.bodies import conditional_references, replace_reference
from kangmai.records.store.matching import match
from kangmai.records.types import Effect, Operation, Outcome, Stored, Verb


@dataclass(frozen=True, slots=True)
class Decided:
    """What remains to be done after the conditions were answered.

    `kept` maps positions of the request to outcomes that are settled already (a conditional create
    whose resource exists); `names` gives their fullUrls the address of what was found.
    """

    operations: tuple[Operation, ...]
    names: dict[str, str]
    kept: dict[int, Outcome]

    def merge(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """All outcomes in the order of the request."""
        fresh = iter(outcomes)
        total = len(outcomes) + len(self.kept)
        return [self.kept[n] if n in self.kept else next(fresh) for n in range(total)]


def resolve_conditions(
    database: psycopg.Cursor, operations: Sequence[Operation], *, actor: Actor, at: datetime
) -> Decided:
    """Answer the conditions of a transaction.

    Raises:
        ManyMatches: a condition that must name one resource names several.
        ResourceNotFound: a conditional delete or patch names none.
        UnresolvedReference: a conditional reference names none.
        EmptyCondition, NotPermitted
    """
    conditional = sorted(
        {f"{op.type}?{op.condition}" for op in operations if op.condition is not None}
    )
    for (
        condition
    ) in conditional:  # in a fixed order, so that two transactions cannot wait in a circle
        database.execute("SELECT pg_advisory_xact_lock(%s)", [hash64(condition)])
    remaining, names, kept = [], {}, {}
    for position, operation in enumerate(operations):
        found = None if operation.condition is None else _found(database, operation, actor, at)
        if found is not None and operation.verb is Verb.CREATE:
            kept[position] = _unchanged(found)
            if operation.full_url:
                names[operation.full_url] = f"{found.type}/{found.id}"
            continue
        decided = _decided(operation, found)
        remaining.append(replace(decided, raw=_with_references(database, decided.raw, actor, at)))
    return Decided(tuple(remaining), names, kept)


def _found(
    database: psycopg.Cursor, operation: Operation, actor: Actor, at: datetime
) -> Stored | None:
    found = match(database, operation.type, operation.condition or "", actor=actor, at=at, limit=2)
    if len(found) > 1:
        raise ManyMatches(type=operation.type, condition=operation.condition)
    return found[0] if found else None


def _unchanged(stored: Stored) -> Outcome:
    return Outcome(
        Effect.UNCHANGED,
        stored.type,
        stored.id,
        stored.rid,
        stored.version,
        stored.updated_at,
        stored.body,
    )


def _decided(operation: Operation, found: Stored | None) -> Operation:
    """A conditional update becomes an update of what was found, or a create; others need a target."""
    if operation.condition is None or operation.verb is Verb.CREATE:
        return operation
    if found is not None:
        return replace(operation, id=found.id)
    if operation.verb in (Verb.DELETE, Verb.PATCH):
        raise ResourceNotFound(type=operation.type, id=f"?{operation.condition}")
    return replace(operation, verb=Verb.CREATE, id=None)


def _with_references(database: psycopg.Cursor, raw: bytes, actor: Actor, at: datetime) -> bytes:
    for reference in set(conditional_references(raw)) if b"?" in raw else ():
        kind, _, query = reference.partition("?")
        found = match(database, kind, query, actor=actor, at=at, limit=2)
        if not found:
            raise UnresolvedReference(reference=reference)
        if len(found) > 1:
            raise ManyMatches(type=kind, condition=query)
        raw = replace_reference(raw, reference, f"{found[0].type}/{found[0].id}")
    return raw
