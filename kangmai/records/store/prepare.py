"""From operations as they came to resources ready to write: ids, references, validation, subject, label, keys."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.ids import uuid7
from kangmai.records.errors import (
    DuplicateInTransaction,
    InvalidResource,
    OperationFailed,
    UnknownType,
    UnresolvedReference,
    WrongId,
    WrongType,
)
from kangmai.records.fhir.definitions import resource_types
from kangmai.records.labels import label_of
from kangmai.records.search.extraction import Keys, compartments
from kangmai.records.search.hashing import target_hash
from kangmai.records.store.bodies import base_of, decode, resolve_references
from kangmai.records.store.rows import extractor
from kangmai.records.types import Authority, Operation, Resource, Verb
from kangmai.records.validation import validate


@dataclass(frozen=True, slots=True)
class Prepared:
    """An operation whose resource is decoded, valid and indexed; deletions have no resource."""

    operation: Operation
    id: str
    raw: bytes = field(repr=False)
    resource: Resource = field(repr=False)
    keys: Keys | None = field(repr=False)
    compartments: tuple[int, ...]
    label: int

    @property
    def fh(self) -> int:
        """The hash by which others refer to it."""
        return target_hash(f"{self.operation.type}/{self.id}")


def with_ids(operations: Sequence[Operation]) -> list[Operation]:
    """Give every create an id, and refuse two operations on one resource.

    Raises:
        UnknownType, DuplicateInTransaction
    """
    seen: set[tuple[str, str]] = set()
    named = []
    for operation in operations:
        if operation.type not in resource_types():
            raise UnknownType(type=operation.type)
        if operation.id is None:
            operation = replace(operation, id=str(uuid7()))
        key = (operation.type, operation.id or "")
        if key in seen:
            raise DuplicateInTransaction(type=operation.type, id=operation.id)
        seen.add(key)
        named.append(operation)
    return named


def prepare(operations: Sequence[Operation], *, names: dict[str, str]) -> list[Prepared]:
    """Decode, check and index every operation's resource.

    Args:
        operations: with ids.
        names: fullUrl → `Type/id` of everything a reference may name in this transaction.

    Raises:
        OperationFailed: around what is wrong, where there is more than one operation.
    """
    prepared, extract = [], extractor()
    for position, operation in enumerate(operations):
        try:
            prepared.append(_prepare(operation, names, extract))
        except KangmaiError as error:
            if len(operations) == 1:
                raise
            raise OperationFailed(
                position=position, verb=operation.verb.value, type=operation.type, cause=error
            ) from error
    return prepared


def _prepare(
    operation: Operation, names: dict[str, str], extract: Callable[[Resource], Keys]
) -> Prepared:
    id = operation.id or ""
    if operation.verb is Verb.DELETE:
        return Prepared(operation, id, b"", {}, None, (), 0)
    base = base_of(operation.full_url)
    raw, missing = resolve_references(operation.raw, names, base=base)
    resource = decode(raw)
    _check_address(operation, resource)
    if issues := [issue for issue in validate(resource) if issue.severity == "error"]:
        raise InvalidResource(issues=tuple(issues))
    if missing:
        raise UnresolvedReference(reference=missing[0])
    return Prepared(
        operation,
        id,
        raw,
        resource,
        extract({**resource, "id": id}),
        tuple(compartments({**resource, "id": id})),
        int(label_of(resource)),
    )


def _check_address(operation: Operation, resource: object) -> None:
    if not isinstance(resource, dict) or "resourceType" not in resource:
        issues = validate(resource)
        raise InvalidResource(issues=tuple(issues))
    if resource["resourceType"] != operation.type:
        raise WrongType(address=operation.type, body=resource["resourceType"])
    if (
        operation.verb is Verb.UPDATE
        and operation.authority is Authority.CLIENT
        and resource.get("id") != operation.id
        and not (operation.condition and "id" not in resource)
    ):
        raise WrongId(address=operation.id, body=resource.get("id", ""))
