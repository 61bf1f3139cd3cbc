"""The lake: files named by the hash of their bytes, manifests, and the name of the one in force.

    current                                    the id of the manifest in force
    manifests/<hash>.json
    files/<table>/<month>/<county>/<hash>.parquet
    figures/…                                  figures already counted (indicators.counting)

They lie in a folder or in a bucket; a file is there whole or not at all, and is never changed afterwards.
What no manifest names is waste of a run that ended early, and goes with the next compaction.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq

from kangmai.analytics.errors import LakeBroken, LakeEmpty
from kangmai.analytics.lake.bucket import SCHEME, bucket_at
from kangmai.analytics.lake.content import content_hash
from kangmai.analytics.lake.folder import Folder
from kangmai.analytics.lake.manifest import (
    Cutoff,
    Manifest,
    Partition,
    TableState,
    from_json,
    manifest_id,
    to_json,
)
from kangmai.analytics.lake.storage import Entry, Files, Storage

ZSTD_LEVEL = 1
ROW_GROUP = 1 << 16
"""So many rows are read or left out at once: a cluster should fill some of them."""
KEPT_MANIFESTS = 7
"""So many manifests before the one in force keep their files, for readers that still hold them."""
POINTER = "current"


@dataclass(frozen=True, slots=True)
class Lake:
    """A place that is, or will be, a lake."""

    storage: Storage

    def find_manifest(self) -> Manifest | None:
        """The manifest in force, or None where nothing was brought yet. Raises LakeBroken, LakeUnreachable."""
        pointer = self.storage.find(POINTER)
        return self.get_manifest(pointer.decode().strip()) if pointer else None

    def get_manifest(self, id: str | None = None) -> Manifest:
        """The manifest of that id, or the one in force. Raises LakeEmpty, LakeBroken, LakeUnreachable."""
        if id is not None:
            return _manifest(self.storage, id)
        found = self.find_manifest()
        if found is None:
            raise LakeEmpty()
        return found

    def files_of(self, table: TableState) -> Files:
        """The files of a table. Raises LakeBroken where one is missing or not as long as it was, LakeUnreachable."""
        names = [each.file for each in table.partitions]
        sizes = self.storage.sizes(names)
        for each in table.partitions:
            if each.file not in sizes:
                raise LakeBroken(reason=f"{each.file} is missing")
            if (size := sizes[each.file]) != each.bytes:
                raise LakeBroken(reason=f"{each.file} has {size} bytes instead of {each.bytes}")
        return self.storage.files(names)

    def write(
        self,
        table: str,
        place: tuple[str, str],
        mark: int,
        rows: pa.Table,
        *,
        once: Collection[str] = (),
    ) -> Partition:
        """Write the sorted rows of a partition; the same rows give the same file.

        It survives a power cut only once a manifest that names it is in force.

        Args:
            once: columns in which no value comes often: a dictionary of them would be longer than they are.
        """
        sink = pa.BufferOutputStream()
        pq.write_table(
            rows,
            sink,
            compression="zstd",
            compression_level=ZSTD_LEVEL,
            row_group_size=ROW_GROUP,
            use_dictionary=[name for name in rows.column_names if name not in once],
        )
        data = sink.getvalue().to_pybytes()
        file = f"files/{table}/{place[0]}/{place[1]}/{sha256(data).hexdigest()}.parquet"
        # a file of this name may be one that a power cut left half written, or one that a manifest holds
        if self.storage.find(file) != data:
            self.storage.put(file, data, forced=False)
        return Partition(*place, rows.num_rows, mark, content_hash(rows), file, len(data))

    def put_in_force(
        self,
        cutoff: Cutoff,
        tables: Mapping[str, TableState],
        *,
        written: Iterable[str],
        mended: str = "",
    ) -> Manifest:
        """Write a manifest and let it hold from now on: the one step others can see.

        Args:
            written: the files that this run wrote, which must survive a power cut before it.
        """
        self.storage.force(sorted(written))
        text = to_json(cutoff, tables, mended)
        id = manifest_id(text)
        self.storage.put(_manifest_name(id), text)
        self.storage.put(POINTER, id.encode())
        return from_json(text)

    def compact(self, *, kept: Iterable[str]) -> int:
        """Remove files that neither the latest manifests nor those in `kept` name; returns the bytes freed."""
        now = self.get_manifest().id
        written = list(self.storage.entries("manifests"))
        earlier = sorted((each.written_at, _stem(each)) for each in written if _stem(each) != now)
        latest = [id for _, id in reversed(earlier)][:KEPT_MANIFESTS]
        holding = {now, *kept, *latest} & {_stem(each) for each in written}
        manifests = [self.get_manifest(id) for id in holding]
        named = _files(table for each in manifests for table in each.tables.values())
        waste = [each for each in written if _stem(each) not in holding]
        waste += [each for each in self.storage.entries("files") if each.name not in named]
        self.storage.remove(each.name for each in waste)
        return sum(each.bytes for each in waste)


def lake_at(place: Path | str, *, endpoint: str = "", region: str = "") -> Lake:
    """The lake of a folder, or of a bucket by its address `s3://bucket/prefix`. Raises LakePlaceIncorrect."""
    if isinstance(place, str) and place.startswith(SCHEME):
        return Lake(bucket_at(place, endpoint, region))
    return Lake(Folder(Path(place)))


def _files(tables: Iterable[TableState]) -> frozenset[str]:
    return frozenset(partition.file for table in tables for partition in table.partitions)


def _manifest_name(id: str) -> str:
    return f"manifests/{id}.json"


def _stem(entry: Entry) -> str:
    return PurePosixPath(entry.name).stem


@lru_cache(maxsize=8)
def _manifest(storage: Storage, id: str) -> Manifest:
    """A manifest never changes: read once, and held against the hash that names it."""
    text = storage.find(_manifest_name(id))
    if text is None:
        raise LakeBroken(reason=f"the manifest {id[:12]} is missing")
    if manifest_id(text) != id:
        raise LakeBroken(reason=f"the manifest {id[:12]} was altered")
    return from_json(text)
