"""What the lake asks of the place its files lie in: a folder, or a bucket of an S3-compatible store."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that is there: its name below the lake, its size, and when it was written (seconds since 1970)."""

    name: str
    bytes: int
    written_at: float


@dataclass(frozen=True, slots=True)
class Files:
    """Parquet files as an engine opens them: paths of this machine, or of a `pyarrow.fs` file system."""

    paths: tuple[str, ...]
    filesystem: Any = None


class Storage(Hashable, Protocol):
    """A file has a name like `files/visit/2025-01/441202/<hash>.parquet`, and is there whole or not at all."""

    def find(self, name: str) -> bytes | None:
        """What a file holds, or None where there is none. Raises LakeUnreachable."""

    def put(self, name: str, data: bytes, *, forced: bool = True) -> None:
        """Write a file, or write over it, in one step; unforced, `force` is to follow. Raises LakeUnreachable."""

    def force(self, names: Collection[str]) -> None:
        """Let files that were put unforced survive a power cut. Raises LakeUnreachable."""

    def entries(self, under: str) -> Iterable[Entry]:
        """The files below a folder. Raises LakeUnreachable."""

    def sizes(self, names: Collection[str]) -> Mapping[str, int]:
        """How many bytes those of the files have that are there. Raises LakeUnreachable."""

    def remove(self, names: Iterable[str]) -> None:
        """Remove files that are there. Raises LakeUnreachable."""

    def files(self, names: Iterable[str]) -> Files:
        """The files as engines open them."""
