"""Who stands in a line list or among contacts: sealed, bound to its row."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kangmai.kernel import sealing


def sealed(row_id: UUID, values: Mapping[str, Any]) -> tuple[int, bytes]:
    """Key version and sealed text."""
    plain = json.dumps(values, ensure_ascii=False, sort_keys=True).encode()
    return sealing.seal(plain, bound_to=b"surveillance:" + row_id.bytes)


def opened(row_id: UUID, key: int, content: bytes) -> dict[str, Any]:
    """What was sealed."""
    plain = sealing.unseal(key, bytes(content), bound_to=b"surveillance:" + row_id.bytes)
    found: dict[str, Any] = json.loads(plain)
    return found
