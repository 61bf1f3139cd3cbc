"""What reading a search criterion needs to know, and what it keeps to: depth of chains, keys of sealed people."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from kangmai.records.search.errors import BadValue
from kangmai.records.search.hashing import token_hash
from kangmai.records.search.parameters import SEALED_TYPES, SearchParameter
from kangmai.records.search.rows import KeyedHash
from kangmai.records.search.sealed import gathered

CHAIN_LIMIT = 4


class Terminology(Protocol):
    """What answers for value sets and hierarchies of codes."""

    def codes_in(self, value_set: str) -> Iterable[tuple[str, str]]:
        """The (system, code) pairs of a value set. Raises: an Incorrect or Unsupported error."""

    def codes_below(self, system: str, code: str) -> Iterable[tuple[str, str]]:
        """A code and all that it subsumes."""

    def codes_above(self, system: str, code: str) -> Iterable[tuple[str, str]]:
        """A code and all that subsume it."""

    def parts_of(self, target: int, resource_type: str, p: int) -> Iterable[int]:
        """A resource and all its parts, as hashes; parts point to their whole by parameter `p`."""

    def wholes_of(self, target: int, resource_type: str, p: int) -> Iterable[int]:
        """A resource and all that it is a part of."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What reading a criterion needs to know besides the criterion."""

    at: datetime
    keyed_hash: KeyedHash | None
    server: str
    terminology: Terminology | None
    may_search: Callable[[str], bool]
    """Whether who asks may search a type: a chain tells of what it passes through, even where nothing is sent."""
    other_hashes: tuple[KeyedHash, ...] = ()
    """Under which sealed people may stand, too, while the key of `keyed_hash` is renewed."""
    depth: int = 0

    def deeper(self, place: str) -> "Reader":
        if self.depth >= CHAIN_LIMIT:
            raise BadValue(
                place=place[:200],
                reason=f"a chain may have {CHAIN_LIMIT} links at most",
                reason_zh=f"链最多 {CHAIN_LIMIT} 级",
            )
        return replace(self, depth=self.depth + 1)

    def is_sealed(self, known: SearchParameter) -> bool:
        """Whether values of the parameter are found by keyed hashes only."""
        return known.resource_type in SEALED_TYPES and self.keyed_hash is not None

    def sealed_keys(self, known: SearchParameter, texts: Iterable[str]) -> tuple[int, ...]:
        """The keys of texts under a parameter of sealed people, and under those that hold its parts."""
        names = [name for s in known.sources for name in gathered(known.resource_type, s.name)]
        pairs = [(name, text) for name in names for text in texts]
        return tuple(key for name, text in pairs for key in self.keyed(known, name, text))

    def keyed(self, known: SearchParameter, name: str, code: str) -> Iterator[int]:
        """The keys under which a text that names a person may stand."""
        if self.keyed_hash is None:
            yield token_hash(known.resource_type, name, code)
            return
        for hashed in (self.keyed_hash, *self.other_hashes):
            yield hashed(f"{known.resource_type}|{name}|{code}")
