"""A lake in a folder of a file system that all processes share."""

import os
import secrets
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kangmai.analytics.lake.storage import Entry, Files

FORCED_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that is made when the first file is written, for the service's account alone."""

    path: Path

    def find(self, name: str) -> bytes | None:
        """What a file holds, or None where there is none."""
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, name: str, data: bytes, *, forced: bool = True) -> None:
        """Write a file that is there whole or not at all; `forced`, also after a power cut."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        with unfinished.open("wb") as file:
            file.write(data)
            if forced:
                file.flush()
                os.fsync(file.fileno())
        unfinished.rename(path)
        if forced:
            _force(path.parent)

    def force(self, names: Collection[str]) -> None:
        """Let files that were put unforced survive a power cut: their bytes, and the names of their folders."""
        paths = [self.path / name for name in names]
        folders = {
            each for path in paths for each in path.parents if each.is_relative_to(self.path)
        }
        # several at once: the file system's journal is written once for all that wait
        with ThreadPoolExecutor(FORCED_AT_ONCE) as pool:
            list(pool.map(_force, paths))
            list(pool.map(_force, folders))

    def entries(self, under: str) -> Iterator[Entry]:
        """The files below a folder, unfinished ones too."""
        for path in (self.path / under).rglob("*"):
            if path.is_file():
                stat = path.stat()
                yield Entry(path.relative_to(self.path).as_posix(), stat.st_size, stat.st_mtime)

    def sizes(self, names: Collection[str]) -> dict[str, int]:
        """How many bytes those of the files have that are there."""
        found = {}
        for name in names:
            with suppress(FileNotFoundError):
                found[name] = (self.path / name).stat().st_size
        return found

    def remove(self, names: Iterable[str]) -> None:
        """Remove files that are there."""
        for name in names:
            (self.path / name).unlink()

    def files(self, names: Iterable[str]) -> Files:
        """The files by their paths."""
        return Files(tuple(str(self.path / name) for name in names))


def _force(path: Path) -> None:
    """Force a file's bytes, or a folder's names, to disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
