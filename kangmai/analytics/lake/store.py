"""The lake's folder: files named by the hash of their bytes, manifests, and the name of the one in force.

    current                                    the id of the manifest in force
    manifests/<hash>.json
    files/<table>/<month>/<county>/<hash>.parquet
    figures/…                                  figures already counted (indicators.cache)
    lock                                       held while somebody writes

A file is written under another name, forced to disk, and renamed; it is never changed afterwards. What
no manifest names is waste of a run that ended early, and goes with the next compaction.
"""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from kangmai.analytics.errors import LakeBroken, LakeBusy, LakeEmpty
from kangmai.analytics.lake.content import content_hash
from kangmai.analytics.lake.manifest import (
    Cutoff,
    Manifest,
    Partition,
    TableState,
    from_json,
    manifest_id,
    to_json,
)

ZSTD_LEVEL = 3
ROW_GROUP = 1 << 20
KEPT_MANIFESTS = 7
"""So many manifests before the one in force keep their files, for readers that still hold them."""


@dataclass(frozen=True, slots=True)
class Lake:
    """A folder that is, or will be, a lake."""

    folder: Path

    def find_manifest(self) -> Manifest | None:
        """The manifest in force, or None where nothing was brought yet. Raises LakeBroken."""
        pointer = self.folder / "current"
        return self.get_manifest(pointer.read_text().strip()) if pointer.exists() else None

    def get_manifest(self, id: str | None = None) -> Manifest:
        """The manifest of that id, or the one in force. Raises LakeEmpty, LakeBroken."""
        if id is None:
            found = self.find_manifest()
            if found is None:
                raise LakeEmpty()
            return found
        path = self._manifest_path(id)
        if not path.exists():
            raise LakeBroken(reason=f"the manifest {id[:12]} is missing")
        text = path.read_bytes()
        if manifest_id(text) != id:
            raise LakeBroken(reason=f"the manifest {id[:12]} was altered")
        return from_json(text)

    def _manifest_path(self, id: str) -> Path:
        return self.folder / "manifests" / f"{id}.json"

    def path_of(self, partition: Partition) -> Path:
        """Where the rows of a partition are."""
        return self.folder / partition.file

    def files_of(self, table: TableState) -> list[str]:
        """The files of a table. Raises LakeBroken where one is missing."""
        paths = [self.path_of(each) for each in table.partitions]
        for path in paths:
            if not path.exists():
                raise LakeBroken(reason=f"{path.relative_to(self.folder)} is missing")
        return [str(path) for path in paths]

    def write(self, table: str, place: tuple[str, str], mark: int, rows: pa.Table) -> Partition:
        """Write the sorted rows of a partition; the same rows give the same file."""
        sink = pa.BufferOutputStream()
        pq.write_table(
            rows, sink, compression="zstd", compression_level=ZSTD_LEVEL, row_group_size=ROW_GROUP
        )
        data = sink.getvalue().to_pybytes()
        file = f"files/{table}/{place[0]}/{place[1]}/{hashlib.sha256(data).hexdigest()}.parquet"
        if not (self.folder / file).exists():
            write_whole(self.folder / file, data)
        return Partition(*place, rows.num_rows, mark, content_hash(rows), file, len(data))

    def put_in_force(self, cutoff: Cutoff, tables: dict[str, TableState]) -> Manifest:
        """Write a manifest and let it hold from now on: the one step others can see."""
        text = to_json(cutoff, tables)
        id = manifest_id(text)
        write_whole(self._manifest_path(id), text)
        write_whole(self.folder / "current", id.encode())
        return from_json(text)

    def is_locked(self) -> bool:
        """Whether somebody writes now."""
        try:
            with self.locked():
                return False
        except LakeBusy:
            return True

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only one who writes. Raises LakeBusy."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LakeBusy() from None
            yield

    def compact(self, *, kept: Iterable[str]) -> int:
        """Remove files that neither the latest manifests nor those in `kept` name; returns the bytes freed."""
        latest = sorted(self._manifests(), key=lambda path: path.stat().st_mtime, reverse=True)
        holding = {
            self.get_manifest().id,
            *kept,
            *(path.stem for path in latest[: KEPT_MANIFESTS + 1]),
        }
        manifests = [self.get_manifest(id) for id in holding if self._manifest_path(id).exists()]
        named = {p.file for m in manifests for t in m.tables.values() for p in t.partitions}
        waste = [p for p in self._manifests() if p.stem not in holding]
        for path in (self.folder / "files").rglob("*"):
            if path.is_file() and path.relative_to(self.folder).as_posix() not in named:
                waste.append(path)
        freed = sum(path.stat().st_size for path in waste)
        for path in waste:
            path.unlink()
        return freed

    def _manifests(self) -> list[Path]:
        return list((self.folder / "manifests").glob("*.json"))


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with unfinished.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
