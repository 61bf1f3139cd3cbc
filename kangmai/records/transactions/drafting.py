"""From what was asked to what can be written: conditions answered, patches applied, resources valid and indexed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg

from kangmai.kernel.actor import Actor
from kangmai.records.store.bodies import conditional_references
from kangmai.records.store.conditions import Decided, resolve_conditions
from kangmai.records.store.prepare import Prepared, prepare, with_ids
from kangmai.records.transactions.patch import with_patches
from kangmai.records.types import Operation, Source, Verb

LARGEST_PLAIN = 8


@dataclass(frozen=True, slots=True)
class Submission:
    """Operations that are stored together or not at all; `names` as in `actions.transact`."""

    operations: Sequence[Operation]
    source: Source
    names: Mapping[str, str]
    actor: Actor
    at: datetime

    @property
    def is_plain(self) -> bool:
        """Whether it is small and can be drafted without a look into the store."""
        return len(self.operations) <= LARGEST_PLAIN and self.is_independent

    @property
    def is_independent(self) -> bool:
        """Whether it can be drafted without a look into the store."""
        return all(map(_is_independent, self.operations))


def _is_independent(operation: Operation) -> bool:
    return (
        operation.condition is None
        and operation.verb is not Verb.PATCH
        # they are entered in registers of their own, within the transaction
        and operation.type not in ("SearchParameter", "Subscription")
        and not (b"?" in operation.raw and conditional_references(operation.raw))
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """A submission of which only the store itself can still refuse anything."""

    submission: Submission
    decided: Decided
    prepared: Sequence[Prepared]

    @property
    def changed(self) -> set[tuple[str, str]]:
        """Type and id of the resources that may exist already."""
        return {
            (p.operation.type, p.id) for p in self.prepared if p.operation.verb is not Verb.CREATE
        }


def draft_alone(submission: Submission) -> Draft:
    """The draft of an independent submission. Raises: what `prepare` and `with_ids` raise."""
    return _draft(submission, Decided(tuple(submission.operations), {}, {}), submission.operations)


def draft(database: psycopg.Cursor, submission: Submission) -> Draft:
    """The draft of any submission, within its transaction.

    Raises: what `resolve_conditions`, `with_patches`, `prepare` and `with_ids` raise.
    """
    actor = submission.actor
    decided = resolve_conditions(database, submission.operations, actor=actor, at=submission.at)
    named = with_ids(decided.operations)
    return _draft(submission, decided, with_patches(database, named, scope=actor.scope))


def _draft(submission: Submission, decided: Decided, operations: Sequence[Operation]) -> Draft:
    named = with_ids(operations)
    own = {op.full_url: f"{op.type}/{op.id}" for op in named if op.full_url}
    names = {**submission.names, **own, **decided.names}
    return Draft(submission, decided, prepare(named, names=names))
