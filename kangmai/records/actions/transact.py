"""Carry out creates, updates, patches and deletes as one transaction: all of it is stored, or nothing.

Source: FHIR R4, https://hl7.org/fhir/R4/http.html#transaction (and #create, #update, #delete, which are
transactions of one operation here).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

import psycopg

from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, NotPermitted
from kangmai.kernel.connections import unit_of_work
from kangmai.records import rules
from kangmai.records.actions.patch import with_patches
from kangmai.records.errors import (
    IdNotYours,
    ReadOnlyProjection,
    ResourceGone,
    ResourceNotFound,
    UnresolvedReference,
    VersionConflict,
)
from kangmai.records.search.extraction import compartments
from kangmai.records.search.hashing import target_hash
from kangmai.records.store import write
from kangmai.records.store.bodies import decode, encode
from kangmai.records.store.conditions import resolve_conditions
from kangmai.records.store.prepare import Prepared, prepare, with_ids
from kangmai.records.store.read import existing_targets, lock
from kangmai.records.store.rows import Row, keys_of, take_row_ids, type_number
from kangmai.records.subscriptions import registry
from kangmai.records.types import (
    Authority,
    Effect,
    Flag,
    Operation,
    Outcome,
    Policy,
    Source,
    Stored,
    Verb,
)

_INTERACTIONS = {
    Verb.CREATE: rules.Interaction.CREATE,
    Verb.UPDATE: rules.Interaction.UPDATE,
    Verb.PATCH: rules.Interaction.UPDATE,
    Verb.DELETE: rules.Interaction.DELETE,
}
_LARGEST_AUDIT = 1000
NO_NAMES: Mapping[str, str] = MappingProxyType({})


def transact(
    operations: Sequence[Operation],
    *,
    source: Source | None = None,
    names: Mapping[str, str] = NO_NAMES,
    actor: Actor,
    at: datetime,
) -> list[Outcome]:
    """Store all operations or none.

    Args:
        operations: creates, updates, patches and deletes in any order; references between them go by fullUrl.
        source: who writes; by default the actor's first organization.
        names: fullUrl → `Type/id` of resources that references may name besides those of the operations.

    Returns:
        One outcome an operation, in the order given.

    Raises:
        NotPermitted: the actor may not do one of them.
        OperationFailed: around the error of one operation among several (see `records.errors`).
    """
    if not operations:
        return []
    for kind, verb in {(operation.type, operation.verb) for operation in operations}:
        rules.require(actor, _INTERACTIONS[verb], kind)
    source = source or rules.source_of(actor)
    return run_as_master(operations, source=source, names=names, actor=actor, at=at)


def run_as_master(
    operations: Sequence[Operation],
    *,
    source: Source,
    names: Mapping[str, str] = NO_NAMES,
    actor: Actor,
    at: datetime,
) -> list[Outcome]:
    """As `transact`, where the calling room has decided that the actor may."""
    # whole milliseconds, as the body's meta.lastUpdated says it
    at = at.astimezone(UTC).replace(microsecond=at.microsecond // 1000 * 1000)
    with unit_of_work() as connection, psycopg.Cursor(connection) as database:
        return _Transaction(database, source, actor, at).run(operations, names)


@dataclass(frozen=True, slots=True)
class _Transaction:
    database: psycopg.Cursor
    source: Source
    actor: Actor
    at: datetime

    def run(self, operations: Sequence[Operation], known: Mapping[str, str]) -> list[Outcome]:
        decided = resolve_conditions(self.database, operations, actor=self.actor, at=self.at)
        named = with_patches(self.database, with_ids(decided.operations), scope=self.actor.scope)
        own = {op.full_url: f"{op.type}/{op.id}" for op in named if op.full_url}
        names = {**known, **own, **decided.names}
        prepared = prepare(named, names=names)
        old = self._lock([p for p in prepared if p.operation.verb is not Verb.CREATE])
        targets = self._targets(prepared)
        rows = self._rows(prepared, old, targets)
        outcomes = self._write(prepared, old, rows)
        self._note_subscriptions(prepared, rows)
        self._audit(outcomes, rows)
        return decided.merge(outcomes)

    def _lock(self, wanted: Sequence[Prepared]) -> dict[tuple[str, str], Stored]:
        """The present versions of what is updated or deleted, after every check that may refuse it."""
        found = lock(
            self.database, [(p.operation.type, p.id) for p in wanted], scope=self.actor.scope
        )
        for p in wanted:
            self._check(p.operation, *found.get((p.operation.type, p.id), (None, False)))
        return {key: stored for key, (stored, _) in found.items()}

    def _check(self, operation: Operation, stored: Stored | None, is_visible: bool) -> None:
        address = {"type": operation.type, "id": operation.id}
        if stored is None:
            if operation.if_match is not None or operation.verb is Verb.DELETE:
                raise ResourceNotFound(**address)
            prefix = self.source.id_prefix
            is_own = bool(prefix) and str(operation.id).startswith(prefix)
            if operation.authority is Authority.CLIENT and not is_own:
                raise IdNotYours(**address, source=self.source.name)
            return
        if operation.authority is Authority.PROJECTION:
            return
        if rules.is_projection(stored):
            raise ReadOnlyProjection(**address)
        if not is_visible:
            raise ResourceNotFound(**address)
        if not rules.may_change(self.actor, stored):
            raise NotPermitted(permission=f"records.update:{operation.type}/{operation.id}")
        if operation.if_match is not None and operation.if_match != stored.version:
            raise VersionConflict(**address, current=stored.version, expected=operation.if_match)
        if operation.verb is Verb.DELETE and stored.is_deleted:
            raise ResourceGone(**address)

    def _targets(self, prepared: Sequence[Prepared]) -> dict[int, tuple[int, int | None]]:
        """What the resources point to and is stored already: hash → (row id, its Patient)."""
        own = {p.fh for p in prepared if p.operation.verb is not Verb.DELETE}
        wanted = {tgt for p in prepared for tgt in p.compartments} - own
        if self.source.references is Policy.ENFORCE:
            wanted |= {tgt for p in prepared if p.keys for tgt, _ in p.keys.references} - own
        return existing_targets(self.database, sorted(wanted))

    def _rows(
        self,
        prepared: Sequence[Prepared],
        old: dict[tuple[str, str], Stored],
        targets: dict[int, tuple[int, int | None]],
    ) -> list[Row]:
        fresh = [p for p in prepared if (p.operation.type, p.id) not in old]
        ids = dict(
            zip([id(p) for p in fresh], take_row_ids(self.database, len(fresh)), strict=True)
        )
        rids = [ids[id(p)] if id(p) in ids else old[p.operation.type, p.id].rid for p in prepared]
        patients = {
            p.fh: rid
            for p, rid in zip(prepared, rids, strict=True)
            if p.operation.type == "Patient"
        }
        known = {tgt: rid for tgt, (rid, subject) in targets.items() if subject == rid} | patients
        if self.source.references is Policy.ENFORCE:
            self._check_references(prepared, targets)
        return [
            self._row(p, rid, old.get((p.operation.type, p.id)), known)
            for p, rid in zip(prepared, rids, strict=True)
        ]

    def _check_references(
        self, prepared: Sequence[Prepared], targets: dict[int, tuple[int, int | None]]
    ) -> None:
        own = {p.fh for p in prepared if p.operation.verb is not Verb.DELETE}
        for p in prepared:
            for reference, target in _literal_references(p.resource):
                if target not in own and target not in targets:
                    raise UnresolvedReference(reference=reference)

    def _row(self, p: Prepared, rid: int, old: Stored | None, patients: dict[int, int]) -> Row:
        version = old.version + 1 if old else 1
        is_deletion = p.operation.verb is Verb.DELETE
        if is_deletion and old:
            subject, label, author = old.subject, old.label, old.author_org
        else:
            subject = next((patients[tgt] for tgt in p.compartments if tgt in patients), None)
            label, author = p.label, old.author_org if old else self.source.organization
        body = (
            b"" if is_deletion else encode(p.raw, p.resource, id=p.id, version=version, at=self.at)
        )
        is_projection = p.operation.authority is Authority.PROJECTION
        flags = Flag.DELETED if is_deletion else Flag.PROJECTION if is_projection else Flag.NONE
        keys = p.keys or keys_of({"resourceType": p.operation.type})
        return Row(type_number(p.operation.type), rid, p.id, p.fh, version, self.at, int(flags), subject,
                   author, label, body, keys, p.compartments)  # fmt: skip

    def _write(
        self, prepared: Sequence[Prepared], old: dict[tuple[str, str], Stored], rows: Sequence[Row]
    ) -> list[Outcome]:
        write.insert(
            self.database, [row for row in rows if row.ver == 1], account=self.actor.account
        )
        outcomes = []
        for p, row in zip(prepared, rows, strict=True):
            stored = old.get((p.operation.type, p.id))
            if stored is not None:
                self._supersede(stored, row)
            effect = (
                Effect.DELETED
                if row.flags & Flag.DELETED
                else Effect.UPDATED
                if stored
                else Effect.CREATED
            )
            outcomes.append(
                Outcome(effect, p.operation.type, p.id, row.rid, row.ver, self.at, row.body)
            )
        return outcomes

    def _supersede(self, old: Stored, row: Row) -> None:
        is_deletion = bool(row.flags & Flag.DELETED)
        write.supersede(
            self.database, old, row, op="D" if is_deletion else "U", account=self.actor.account
        )
        before = None
        if not old.is_deleted:
            resource = decode(old.body)
            before = keys_of(resource), compartments(resource)
        after = None if is_deletion else (row.keys, row.compartments)
        write.replace_keys(self.database, row.rid, old=before, new=after)

    def _note_subscriptions(self, prepared: Sequence[Prepared], rows: Sequence[Row]) -> None:
        """Subscriptions go to work with what their maker may see; our own changes of state are not news."""
        for p, row in zip(prepared, rows, strict=True):
            if p.operation.type != "Subscription" or p.operation.authority is Authority.LEDGER:
                continue
            if row.flags & Flag.DELETED:
                registry.forget(self.database, row.rid)
            else:
                registry.note(
                    self.database, p.resource, id=p.id, rid=row.rid, actor=self.actor, at=self.at
                )

    def _audit(self, outcomes: Sequence[Outcome], rows: Sequence[Row]) -> None:
        one = outcomes[0] if len(outcomes) == 1 else None
        subjects = sorted({row.subject for row in rows if row.subject is not None})[:_LARGEST_AUDIT]
        counts = {effect.value: sum(o.effect is effect for o in outcomes) for effect in Effect}
        audit.record(
            self.database.connection,
            actor=self.actor,
            at=self.at,
            action=f"records.{one.effect.value}" if one else "records.transaction",
            object_type=one.type if one else "Bundle",
            object_id=one.id if one else "",
            subjects=subjects,
            details={"source": self.source.name, **{k: n for k, n in counts.items() if n}},
        )


def _literal_references(resource: object) -> list[tuple[str, int]]:
    """Every `Type/id` reference in a resource with its hash; others are not ours to check."""
    found: list[tuple[str, int]] = []
    if isinstance(resource, dict):
        text = resource.get("reference")
        if isinstance(text, str) and text.count("/") == 1 and "#" not in text and ":" not in text:
            found.append((text, target_hash(text)))
        for value in resource.values():
            found += _literal_references(value)
    elif isinstance(resource, list):
        for value in resource:
            found += _literal_references(value)
    return found
