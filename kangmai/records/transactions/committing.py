"""Write drafts in one database transaction: lock, check each, write what passed, audit."""

from collections.abc import Sequence

import psycopg

from kangmai.kernel import audit
from kangmai.kernel.errors import KangmaiError
from kangmai.records.parameters import registry as parameters
from kangmai.records.store import changes as store
from kangmai.records.store import write
from kangmai.records.store.changes import Change
from kangmai.records.store.read import LookUp, existing_targets, lock, peek
from kangmai.records.store.rows import take_row_ids
from kangmai.records.subscriptions import registry
from kangmai.records.transactions.checking import Found, Targets, check
from kangmai.records.transactions.composing import compose, is_new, outcome
from kangmai.records.transactions.drafting import Draft
from kangmai.records.types import Authority, Effect, Flag, Outcome, Policy, Verb

FEW = 32
"""Resources up to which one statement for all tables is quicker than a COPY for each; joint writes have no more."""
_LARGEST_AUDIT = 1000

Result = list[Outcome] | KangmaiError
"""What became of a draft: an outcome for each operation, or why nothing of it was written."""


def write_locked(connection: psycopg.Connection, draft: Draft) -> Result:
    """Write a draft in the caller's transaction, once it has locked what the draft changes.

    Raises:
        What undoes the transaction: errors of the database, a Subscription that cannot be served.
    """
    (result,) = _write_all(connection, [draft], lock, jointly=False)
    return result


def write_together(connection: psycopg.Connection, drafts: Sequence[Draft]) -> list[Result]:
    """Write all drafts that may be written, by one statement that commits itself; the others are without effect.

    Args:
        drafts: plain ones, of FEW operations in all; no two of them change the same resource.

    Raises:
        psycopg.errors.SerializationFailure: something changed while it was looked at; nothing is written.
        psycopg.errors.UniqueViolation: something was created meanwhile; nothing is written.
        psycopg.errors.LockNotAvailable: a longer transaction holds what is changed; nothing is written.
    """
    return _write_all(connection, drafts, peek, jointly=True)


def _write_all(
    connection: psycopg.Connection, drafts: Sequence[Draft], look_up: LookUp, *, jointly: bool
) -> list[Result]:
    with psycopg.Cursor(connection) as database:
        found, targets = _look(database, drafts, look_up)
        refusals = [_refusal(each, found, targets) for each in drafts]
        accepted = [d for d, refusal in zip(drafts, refusals, strict=True) if refusal is None]
        written = _compose(database, accepted, found, targets)
        pairs = list(zip(accepted, written, strict=True))
        _write(
            database,
            [change for some in written for change in some],
            [_entry(each, some) for each, some in pairs],
            jointly=jointly,
        )
        for each, some in pairs:
            _note_registers(database, each, some)
    results = (each.decided.merge(list(map(outcome, some))) for each, some in pairs)
    return [refusal or next(results) for refusal in refusals]


def _look(
    database: psycopg.Cursor, drafts: Sequence[Draft], look_up: LookUp
) -> tuple[Found, Targets]:
    """What is changed, and what the new versions point to."""
    wanted = {key for each in drafts for key in each.changed}
    scopes = {each.submission.actor.scope for each in drafts if each.changed}
    targets = {tgt for each in drafts for tgt in _pointed_to(each)}
    return look_up(database, wanted, scopes=scopes), existing_targets(database, sorted(targets))


def _pointed_to(draft: Draft) -> set[int]:
    """The hashes of what must be known about other resources: Patients, or all that is referred to."""
    wanted = {tgt for p in draft.prepared for tgt in p.compartments}
    if draft.submission.source.references is Policy.ENFORCE:
        wanted |= {tgt for p in draft.prepared if p.keys for tgt, _ in p.keys.references}
    return wanted - {p.fh for p in draft.prepared if p.operation.verb is not Verb.DELETE}


def _refusal(draft: Draft, found: Found, targets: Targets) -> KangmaiError | None:
    try:
        check(draft, found, targets)
    except KangmaiError as error:
        return error
    return None


def _compose(
    database: psycopg.Cursor, drafts: Sequence[Draft], found: Found, targets: Targets
) -> list[list[Change]]:
    counts = [sum(is_new(p, found) for p in each.prepared) for each in drafts]
    ids = iter(take_row_ids(database, sum(counts)))
    return [
        compose(each, found, targets, [next(ids) for _ in range(count)])
        for each, count in zip(drafts, counts, strict=True)
    ]


def _write(
    database: psycopg.Cursor,
    changes: Sequence[Change],
    deeds: Sequence[audit.Entry],
    *,
    jointly: bool,
) -> None:
    changes = [change for change in changes if not change.is_idle]
    new = [change for change in changes if change.old is None]
    if len(new) > FEW:  # more than any joint write has, so all are of one submission
        write.insert(database, [change.row for change in new], account=new[0].account)
        changes = [change for change in changes if change.old is not None]
    if changes:
        write.remember_shapes(database, [change.row for change in changes])
        store.apply(database, changes, deeds, jointly=jointly)
    elif deeds:
        audit.record_all(deeds, database.connection)


def _note_registers(database: psycopg.Cursor, draft: Draft, written: Sequence[Change]) -> None:
    """Subscriptions go to work with what their maker may see; our own changes of state are not news.

    SearchParameters are entered with the right of their maker.
    """
    actor, at = draft.submission.actor, draft.submission.at
    for p, change in zip(draft.prepared, written, strict=True):
        row = change.row
        if p.operation.type == "SearchParameter":
            if row.flags & Flag.DELETED:
                parameters.forget(database, row.rid)
            else:
                parameters.note(database, p.resource, rid=row.rid, actor=actor)
        if p.operation.type != "Subscription" or p.operation.authority is Authority.LEDGER:
            continue
        if row.flags & Flag.DELETED:
            registry.forget(database, row.rid)
        else:
            registry.note(database, p.resource, id=p.id, rid=row.rid, actor=actor, at=at)


def _entry(draft: Draft, written: Sequence[Change]) -> audit.Entry:
    """What the audit trail says about a submission."""
    outcomes = [outcome(change) for change in written]
    one = outcomes[0] if len(outcomes) == 1 else None
    subjects = sorted({c.row.subject for c in written if c.row.subject is not None})
    counts = {effect.value: sum(o.effect is effect for o in outcomes) for effect in Effect}
    return audit.Entry(
        draft.submission.actor,
        draft.submission.at,
        f"records.{one.effect.value}" if one else "records.transaction",
        one.type if one else "Bundle",
        one.id if one else "",
        subjects[:_LARGEST_AUDIT],
        details={"source": draft.submission.source.name, **{k: n for k, n in counts.items() if n}},
    )
