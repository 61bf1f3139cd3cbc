"""Carry out creates, updates, patches and deletes as one transaction: all of it is stored, or nothing.

Source: FHIR R4, https://hl7.org/fhir/R4/http.html#transaction (and #create, #update, #delete, which are
transactions of one operation here).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType

import psycopg
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure, UniqueViolation

from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import is_within_transaction, own_connection, unit_of_work
from kangmai.kernel.errors import KangmaiError
from kangmai.records import rules
from kangmai.records.store.bodies import conditional_references
from kangmai.records.transactions.committing import Result, write_locked, write_together
from kangmai.records.transactions.drafting import Draft, Submission, draft, draft_alone
from kangmai.records.transactions.joining import Join
from kangmai.records.transactions.profiling import require_profiles
from kangmai.records.types import Operation, Outcome, Source, Verb

_INTERACTIONS = {
    Verb.CREATE: rules.Interaction.CREATE,
    Verb.UPDATE: rules.Interaction.UPDATE,
    Verb.PATCH: rules.Interaction.UPDATE,
    Verb.DELETE: rules.Interaction.DELETE,
}
ATTEMPTS = 4
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
    _require(operations, actor)
    source = source or rules.source_of(actor)
    return run_as_master(operations, source=source, names=names, actor=actor, at=at)


def _require(operations: Sequence[Operation], actor: Actor) -> None:
    for kind, verb in {(operation.type, operation.verb) for operation in operations}:
        rules.require(actor, _INTERACTIONS[verb], kind)
    for kind in {kind for operation in operations for kind in _searched(operation)}:
        rules.require(actor, rules.Interaction.SEARCH, kind)


def _searched(operation: Operation) -> Iterator[str]:
    """The types that its conditions ask about: whether something matches is told by the answer."""
    if operation.condition is not None:
        yield operation.type
    if b"?" in operation.raw:
        for reference in conditional_references(operation.raw):
            yield reference.partition("?")[0]


def run_as_master(
    operations: Sequence[Operation],
    *,
    source: Source,
    names: Mapping[str, str] = NO_NAMES,
    actor: Actor,
    at: datetime,
) -> list[Outcome]:
    """As `transact`, where the calling room has decided that the actor may."""
    submission = Submission(operations, source, names, actor, _milliseconds(at))
    if submission.is_plain and not is_within_transaction():
        return _outcomes(_jointly(submission))
    return _outcomes(_alone(submission))


def draft_ahead(
    operations: Sequence[Operation], *, source: Source, actor: Actor, at: datetime
) -> Draft | Submission:
    """Do of `transact` what can be done before its turn has come; `write_drafted` does the rest.

    Raises: as `transact`.
    """
    _require(operations, actor)
    submission = Submission(operations, source, NO_NAMES, actor, _milliseconds(at))
    return require_profiles(draft_alone(submission)) if submission.is_independent else submission


def write_drafted(work: Draft | Submission) -> list[Outcome]:
    """Store what was drafted ahead, in a transaction of its own. Raises: as `transact`."""
    return _outcomes(_alone(work))


def _milliseconds(at: datetime) -> datetime:
    """Whole ones, as the body's meta.lastUpdated says it."""
    return at.astimezone(UTC).replace(microsecond=at.microsecond // 1000 * 1000)


def _outcomes(result: Result) -> list[Outcome]:
    if isinstance(result, KangmaiError):
        raise result
    return result


def _jointly(submission: Submission) -> Result:
    """In company; where others were quicker or hold what is changed, alone, in this thread and under locks.

    So nobody else waits for a lock that only this write needs.
    """
    try:
        return _join.submit(require_profiles(draft_alone(submission)))
    except (LockNotAvailable, SerializationFailure, UniqueViolation):
        return _alone(submission)


def _alone(work: Draft | Submission) -> Result:
    """In a transaction of its own, which begins anew where others were quicker; or in the one that is open."""
    for _ in range(0 if is_within_transaction() else ATTEMPTS - 1):
        try:
            return _once(work)
        except (DeadlockDetected, SerializationFailure, UniqueViolation):
            continue  # what they wrote is seen now
    return _once(work)


def _once(work: Draft | Submission) -> Result:
    with unit_of_work() as connection, psycopg.Cursor(connection) as database:
        if isinstance(work, Submission):
            work = require_profiles(draft(database, work))
        return write_locked(connection, work)


def _together(drafts: Sequence[Draft]) -> list[Result]:
    """By one statement, which is its own transaction."""
    return write_together(own_connection(), drafts)


_join = Join(_together)
