"""The sealed values of a row and of a file, bound to their place."""

import json
from collections.abc import Mapping
from uuid import UUID

from kangmai.handover import models, rules
from kangmai.handover.types import Value
from kangmai.kernel import sealing


def sealed_values(entry_id: UUID, values: Mapping[str, Value]) -> tuple[int, bytes]:
    """Key version and sealed text of a row's values."""
    return sealing.seal(rules.canonical(values).encode(), bound_to=b"handover:" + entry_id.bytes)


def values_of(row: models.Entry) -> dict[str, Value]:
    """A row's values, opened."""
    plain = sealing.unseal(
        row.content_key, bytes(row.content), bound_to=b"handover:" + row.id.bytes
    )
    found: dict[str, Value] = json.loads(plain)
    return found


def content_hash(values: Mapping[str, Value]) -> bytes:
    """A keyed hash by which the same content is known again."""
    return sealing.blind(rules.canonical(values), purpose="handover content")


def match_hash(system: str, text: str) -> bytes | None:
    """A keyed hash of what names a row in receipts; None where that is not whole."""
    return sealing.blind(f"{system}\x1f{text}", purpose="handover match") if text else None


def sealed_file(batch_id: UUID, content: bytes) -> tuple[int, bytes]:
    """Key version and sealed bytes of a file."""
    return sealing.seal(content, bound_to=b"handover batch:" + batch_id.bytes)


def file_of(row: models.Batch) -> bytes:
    """A file, opened."""
    bound_to = b"handover batch:" + row.id.bytes
    return sealing.unseal(row.content_key, bytes(row.content), bound_to=bound_to)
