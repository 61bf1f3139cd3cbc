"""How the ledger of imports knows a name: by a hash of it."""

import hashlib


def url_hash(url: str) -> bytes:
    """The hash under which a fullUrl stands in the ledger."""
    return hashlib.sha256(url.encode()).digest()[:16]
