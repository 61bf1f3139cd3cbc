"""Turn patches into updates, on locked resources: what a patch was made from cannot change under it.

Source: FHIR R4, https://hl7.org/fhir/R4/http.html#patch
"""

from collections.abc import Sequence
from dataclasses import replace

import psycopg

from kangmai.kernel.actor import DataScope
from kangmai.kernel.errors import KangmaiError
from kangmai.records.errors import (
    OperationFailed,
    ResourceGone,
    ResourceNotFound,
    UnknownType,
    VersionConflict,
)
from kangmai.records.fhir.definitions import resource_types
from kangmai.records.patches import patched
from kangmai.records.store.read import Present, lock
from kangmai.records.types import Operation, Verb


def with_patches(
    database: psycopg.Cursor, operations: Sequence[Operation], *, scope: DataScope
) -> list[Operation]:
    """The same operations, every patch among them replaced by the update it comes to.

    Args:
        operations: with ids, conditions answered.

    Raises:
        ResourceNotFound, ResourceGone, VersionConflict, and what `records.patches.patched` raises;
        OperationFailed around it where there is more than one operation.
    """
    if all(operation.verb is not Verb.PATCH for operation in operations):
        return list(operations)
    # all that the transaction will lock, so that two of them cannot wait in a circle
    wanted = [(op.type, op.id or "") for op in operations if op.verb is not Verb.CREATE]
    known = [each for each in wanted if each[0] in resource_types()]
    found = lock(database, known, scopes=[scope])
    updated = []
    for position, operation in enumerate(operations):
        try:
            updated.append(_update(operation, found.get((operation.type, operation.id or ""))))
        except KangmaiError as error:
            if len(operations) == 1:
                raise
            raise OperationFailed(
                position=position, verb=operation.verb.value, type=operation.type, cause=error
            ) from error
    return updated


def _update(operation: Operation, found: Present | None) -> Operation:
    if operation.verb is not Verb.PATCH:
        return operation
    if operation.type not in resource_types():
        raise UnknownType(type=operation.type)
    address = {"type": operation.type, "id": operation.id}
    if found is None or not found.visible_to:
        raise ResourceNotFound(**address)
    stored = found.stored
    if stored.is_deleted:
        raise ResourceGone(**address)
    if operation.if_match is not None and operation.if_match != stored.version:
        raise VersionConflict(**address, current=stored.version, expected=operation.if_match)
    return replace(operation, verb=Verb.UPDATE, raw=patched(stored.body, operation.raw))
