"""Hashes that stand for values in the search index.

A 64-bit key is the first 8 bytes of BLAKE2b over UTF-8 text, a 32-bit key the first 4 bytes, both
read as signed big-endian numbers to fit PostgreSQL's `bigint` and `integer`. The texts are

    token       `Type|parameter|code`          system only: `Type|parameter|system|` with a trailing bar
    reference   `Type/id`, or the whole URL of a resource elsewhere, or a canonical URL
    system      the URI itself; 0 stands for no system

Neither a key nor a text may change once a database holds them: a change is a reindex.
Source: RFC 7693 (BLAKE2).
"""

from hashlib import blake2b

CACHE_LIMIT = 20_000


def hash64(text: str) -> int:
    """The signed 64-bit key of a text."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def hash32(text: str) -> int:
    """The signed 32-bit key of a text; the empty text has key 0."""
    if not text:
        return 0
    return int.from_bytes(blake2b(text.encode(), digest_size=4).digest(), "big", signed=True)


def token_hash(resource_type: str, parameter: str, code: str) -> int:
    """The key of a code under a search parameter."""
    return hash64(f"{resource_type}|{parameter}|{code}")


def system_hash(resource_type: str, parameter: str, system: str) -> int:
    """The key of any code of a code system under a search parameter."""
    return hash64(f"{resource_type}|{parameter}|{system}|")


def target_hash(target: str) -> int:
    """The key of the thing a reference points to: `Type/id`, a URL or a canonical."""
    return targets[target]


class _Cached32(dict[str, int]):
    """Remembers keys of code systems, units and common codes, of which there are few."""

    def __missing__(self, text: str) -> int:
        key = hash32(text)
        if len(self) < CACHE_LIMIT:
            self[text] = key
        return key


class _Cached64(dict[str, int]):
    """Remembers the latest keys: forgets all when full, since references come in runs."""

    def __missing__(self, text: str) -> int:
        if len(self) >= CACHE_LIMIT:
            self.clear()
        key = self[text] = hash64(text)
        return key


systems = _Cached32()
targets = _Cached64()


class TokenKeys(dict[tuple[str | None, str], tuple[tuple[int, int], ...]]):
    """The index rows of each (system, code) under one search parameter, remembered while few."""

    def __init__(self, resource_type: str, parameter: str) -> None:
        self.resource_type = resource_type
        self.parameter = parameter

    def __missing__(self, key: tuple[str | None, str]) -> tuple[tuple[int, int], ...]:
        rows = self.rows(*key)
        if len(self) < CACHE_LIMIT:
            self[key] = rows
        return rows

    def rows(self, system: str | None, code: str) -> tuple[tuple[int, int], ...]:
        """`(h, sys)` of the code, and of its system alone where it has one."""
        own = token_hash(self.resource_type, self.parameter, code)
        if not system:
            return ((own, 0),)
        number = systems[system]
        whole = system_hash(self.resource_type, self.parameter, system)
        return ((own, number), (whole, number))
