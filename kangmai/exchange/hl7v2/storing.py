"""Store what a message tells of: drafts joined with what is known, as one unit of the record's ledger."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from kangmai.exchange.hl7v2.mapping.faults import UNKNOWN_KEY
from kangmai.exchange.hl7v2.mapping.messages import Draft
from kangmai.exchange.hl7v2.types import Problem
from kangmai.kernel.actor import Actor
from kangmai.records import queries
from kangmai.records.actions import Item, import_unit
from kangmai.records.queries import Known
from kangmai.records.types import Source

SERVER_KEYS = ("id", "meta")


def source_of(source: Source) -> Source:
    """The source as which an institution's messages are written, whichever of its programs sends them."""
    return Source(
        name=f"hl7v2:{source.organization}",
        organization=source.organization,
        references=source.references,
    )


def store(
    drafts: Sequence[Draft],
    *,
    newer_than: datetime | None = None,
    source: Source,
    actor: Actor,
    at: datetime,
) -> list[Problem]:
    """Write drafts within the caller's transaction; the problems of those that cannot be, and then nothing is written.

    Args:
        newer_than: of resources written after this moment only what is missing is added: a message that
            is mapped again must not undo what came after it.

    Raises:
        What `records.actions.import_unit` raises.
    """
    _lock(draft.url for draft in drafts)
    known = queries.known_of_source(source, [draft.url for draft in drafts], actor=actor)
    problems = [_unknown(d) for d in drafts if d.mode == "known" and d.url not in known]
    if problems:
        return problems
    items = []
    for draft in drafts:
        before = known.get(draft.url)
        body = _body(draft, before, newer_than=newer_than)
        if body is not None:
            items.append(Item(draft.url, draft.type, orjson.dumps(body)))
    import_unit(items, source=source, actor=actor, at=at)
    return []


def _lock(urls: Iterable[str]) -> None:
    """One at a time per thing: two messages that tell of the same new one would each make it."""
    numbers = sorted(
        int.from_bytes(hashlib.sha256(url.encode()).digest()[:8], signed=True) for url in set(urls)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(n) FROM unnest(%s::int8[]) WITH ORDINALITY u(n, o) ORDER BY o",
            [numbers],
        )


def _unknown(draft: Draft) -> Problem:
    return Problem(
        UNKNOWN_KEY, str(draft.place), "this number was never sent before", "该标识此前从未发送过"
    )


def _body(draft: Draft, before: Known | None, *, newer_than: datetime | None) -> Any:
    """The resource to write; None where what is known stays as it is."""
    new = {**draft.weak, **draft.values}
    if before is None or before.is_deleted:
        return new if before is None else None
    if draft.mode == "create":
        return None
    old = {key: value for key, value in orjson.loads(before.body).items() if key not in SERVER_KEYS}
    is_late = newer_than is not None and before.updated_at > newer_than
    if is_late:
        return {**new, **old} if draft.mode != "replace" else None
    if draft.mode == "replace":
        return new
    return _merged(old, draft)


def _merged(old: Mapping[str, Any], draft: Draft) -> dict[str, Any]:
    """What is known with what the message names put over it; `""` and events take elements away."""
    merged = {**draft.weak, **old}
    for key, value in draft.values.items():
        is_part = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = {**merged[key], **value} if is_part and key in PARTED else value
    for path in draft.deleted:
        _drop(merged, path, keep=draft.values)
    return merged


PARTED = ("period", "hospitalization")
"""Elements of which a message may name a part and leave the rest."""


def _drop(target: dict[str, Any], path: str, *, keep: Mapping[str, Any]) -> None:
    *above, last = path.split(".")
    if not above and last in keep:
        return
    for step in above:
        target = target.get(step, {})
    target.pop(last, None)
