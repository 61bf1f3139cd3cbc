"""Public keys as they are pasted into a form."""

import json
from typing import Any

from kangmai.access.errors import KeysUnreadable
from kangmai.kernel.words import Words

LONGEST = 20_000
NOT_JSON = Words("不是JSON", "this is not JSON")


def pasted(text: str) -> dict[str, Any] | None:
    """A set of keys (JWKS), one key alone as a set; None where nothing was pasted. Raises KeysUnreadable."""
    if not text.strip():
        return None
    try:
        found = json.loads(text[:LONGEST])
    except ValueError:
        raise KeysUnreadable(reason=NOT_JSON) from None
    if isinstance(found, dict) and "keys" not in found:
        return {"keys": [found]}
    return found if isinstance(found, dict) else {"keys": found}
