"""A request as the interactions see it, and what they answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kangmai.kernel.actor import Actor
from kangmai.records.types import Source

JSON = "application/fhir+json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request with its actor; `path` are the decoded parts below the base."""

    method: str
    path: tuple[str, ...]
    query: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    base: str
    actor: Actor
    source: Source
    at: datetime
    language: str = "zh"
    upload: Iterator[bytes] = field(default_factory=lambda: iter(()), repr=False)
    """The body piece by piece, for the interactions that take more than fits into memory."""

    def preference(self, name: str) -> str:
        """The value of one part of the Prefer header, such as `return` or `handling`."""
        for part in self.headers.get("prefer", "").replace(";", ",").split(","):
            key, _, value = part.strip().partition("=")
            if key == name:
                return value.strip('"')
        return ""


@dataclass(frozen=True, slots=True)
class Response:
    """Status, headers, and the body: whole, or piece by piece where it is too large for that."""

    status: int
    body: bytes = field(default=b"", repr=False)
    headers: tuple[tuple[str, str], ...] = ()
    pieces: Iterator[bytes] | None = field(default=None, repr=False)
