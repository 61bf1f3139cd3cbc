"""What refuses a draft once the present versions are locked: rights, versions, references without a target."""

from collections.abc import Mapping

from kangmai.kernel.actor import NotPermitted
from kangmai.records import rules
from kangmai.records.errors import (
    IdNotYours,
    ReadOnlyProjection,
    ResourceNotFound,
    UnresolvedReference,
    VersionConflict,
)
from kangmai.records.search.hashing import target_hash
from kangmai.records.store.read import Present
from kangmai.records.transactions.drafting import Draft, Submission
from kangmai.records.types import Authority, Operation, Policy, Verb

Found = Mapping[tuple[str, str], Present]
Targets = Mapping[int, tuple[int, int | None]]
"""Hash of what exists → (row id, the Patient it is about)."""


def check(draft: Draft, found: Found, targets: Targets) -> None:
    """Let pass a draft that may be written as it is.

    Raises:
        NotPermitted and the errors of `records.errors`.
    """
    for p in draft.prepared:
        if p.operation.verb is not Verb.CREATE:
            _check_version(draft.submission, p.operation, found.get((p.operation.type, p.id)))
    if draft.submission.source.references is Policy.ENFORCE:
        _check_references(draft, targets)


def _check_version(submission: Submission, operation: Operation, found: Present | None) -> None:
    address = {"type": operation.type, "id": operation.id}
    if found is None:
        _check_new(submission, operation)
        return
    if operation.authority is Authority.PROJECTION:
        return
    actor, stored = submission.actor, found.stored
    if rules.is_projection(stored):
        raise ReadOnlyProjection(**address)
    if actor.scope not in found.visible_to:
        raise ResourceNotFound(**address)
    if not rules.may_change(actor, stored):
        raise NotPermitted(permission=f"records.update:{operation.type}/{operation.id}")
    if operation.if_match is not None and operation.if_match != stored.version:
        raise VersionConflict(**address, current=stored.version, expected=operation.if_match)


def _check_new(submission: Submission, operation: Operation) -> None:
    """A resource that does not exist can be made by an update, under ids that are the sender's to give."""
    address = {"type": operation.type, "id": operation.id}
    if operation.if_match is not None or operation.verb is Verb.DELETE:
        raise ResourceNotFound(**address)
    prefix = submission.source.id_prefix
    is_own = bool(prefix) and str(operation.id).startswith(prefix)
    if operation.authority is Authority.CLIENT and not is_own:
        raise IdNotYours(**address, source=submission.source.name)


def _check_references(draft: Draft, targets: Targets) -> None:
    own = {p.fh for p in draft.prepared if p.operation.verb is not Verb.DELETE}
    for p in draft.prepared:
        for reference, target in _literal_references(p.resource):
            if target not in own and target not in targets:
                raise UnresolvedReference(reference=reference)


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
