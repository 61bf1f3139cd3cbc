"""From a checked draft to versions: row ids, version numbers, the Patient each is about, the body to store."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from kangmai.records.search.extraction import Keys
from kangmai.records.store.bodies import encode
from kangmai.records.store.changes import Change
from kangmai.records.store.prepare import Prepared
from kangmai.records.store.rows import Row, keys_of, type_number
from kangmai.records.transactions.checking import Found, Targets
from kangmai.records.transactions.drafting import Draft, Submission
from kangmai.records.types import Authority, Effect, Flag, Outcome, Stored, Verb


def is_new(p: Prepared, found: Found) -> bool:
    """Whether a resource needs a row id."""
    return p.operation.verb is Verb.CREATE or (p.operation.type, p.id) not in found


def compose(draft: Draft, found: Found, targets: Targets, fresh: Sequence[int]) -> list[Change]:
    """The changes that a draft comes to.

    Args:
        fresh: a row id for each new resource, in their order.
    """
    ids = iter(fresh)
    old = [
        None if is_new(p, found) else found[p.operation.type, p.id].stored for p in draft.prepared
    ]
    rids = [next(ids) if stored is None else stored.rid for stored in old]
    patients = {tgt: rid for tgt, (rid, subject) in targets.items() if subject == rid}
    for p, rid in zip(draft.prepared, rids, strict=True):
        if p.operation.type == "Patient":
            patients[p.fh] = rid
    return [
        Change(
            _row(draft.submission, p, rid, before, patients), draft.submission.actor.account, before
        )
        for p, rid, before in zip(draft.prepared, rids, old, strict=True)
    ]


def _row(
    submission: Submission, p: Prepared, rid: int, old: Stored | None, patients: dict[int, int]
) -> Row:
    rt, version, at = type_number(p.operation.type), old.version + 1 if old else 1, submission.at
    if old and p.keys is None:
        return _deletion(p, old, at)
    author = old.author_org if old else submission.source.organization
    subject = next((patients[tgt] for tgt in p.compartments if tgt in patients), None)
    is_projection = p.operation.authority is Authority.PROJECTION
    flags = Flag.PROJECTION if is_projection else Flag.NONE
    body = encode(p.raw, p.resource, id=p.id, version=version, at=at)
    keys = p.keys or _no_keys(p.operation.type)
    return Row(rt, rid, p.id, p.fh, version, at, int(flags), subject, author, p.label, body, keys,
               p.compartments)  # fmt: skip


def _deletion(p: Prepared, old: Stored, at: datetime) -> Row:
    """The version that says it is gone; of what is gone already, that very version."""
    version, at = (old.version, old.updated_at) if old.is_deleted else (old.version + 1, at)
    return Row(type_number(old.type), old.rid, p.id, p.fh, version, at, int(Flag.DELETED), old.subject,
               old.author_org, old.label, b"", _no_keys(old.type), ())  # fmt: skip


@cache
def _no_keys(resource_type: str) -> Keys:
    """What a resource without any content is found by: its shape."""
    return keys_of({"resourceType": resource_type})


_EFFECTS = {"C": Effect.CREATED, "U": Effect.UPDATED, "D": Effect.DELETED}


def outcome(change: Change) -> Outcome:
    """What a change did, for who asked for it."""
    row = change.row
    effect = Effect.UNCHANGED if change.is_idle else _EFFECTS[change.op]
    return Outcome(effect, row.type, row.fid, row.rid, row.ver, row.ts, row.body)
