"""What names a person in these tables, packed and sealed; bound to its table and to a number of the row."""

from typing import Any

import orjson

from kangmai.kernel import sealing


def close(table: str, row: object, values: dict[str, Any]) -> tuple[int, bytes]:
    """Key version and sealed bytes of some values."""
    return sealing.seal(orjson.dumps(values), bound_to=f"tracing.{table}|{row}".encode())


def read(table: str, row: object, key: int | None, content: bytes | None) -> dict[str, Any]:
    """The values again; empty once they were erased."""
    if content is None or key is None:
        return {}
    values = sealing.unseal(key, bytes(content), bound_to=f"tracing.{table}|{row}".encode())
    found: dict[str, Any] = orjson.loads(values)
    return found
