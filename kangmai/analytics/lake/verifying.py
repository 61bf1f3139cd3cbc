"""Compare the files of the lake with what the manifest says of them."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

import pyarrow as pa
import pyarrow.parquet as pq

from kangmai.analytics.lake.content import content_hash
from kangmai.analytics.lake.manifest import Manifest, Partition
from kangmai.analytics.lake.store import Lake

READERS = 4
"""So many files are held against their hashes at once."""


class Damage(StrEnum):
    """What is wrong with a file."""

    MISSING = "missing"
    ALTERED = "altered"
    OTHER_ROWS = "other rows"


@dataclass(frozen=True, slots=True)
class Finding:
    """A file that is not what a manifest says."""

    manifest: str
    table: str
    month: str
    county: str
    damage: Damage


def verify(lake: Lake, manifests: Iterable[Manifest]) -> Iterator[Finding]:
    """Every damaged file that manifests name, each file read whole and once."""
    seen: set[str] = set()
    for manifest in manifests:
        for name, table in manifest.tables.items():
            for partition in table.partitions:
                if partition.file not in seen:
                    seen.add(partition.file)
                    if damage := _damage(lake, partition):
                        yield Finding(manifest.id, name, partition.month, partition.county, damage)


def damaged(lake: Lake, partitions: Iterable[Partition]) -> frozenset[str]:
    """The files of partitions that are missing or whose bytes were altered, each read whole."""

    def damaged_file(partition: Partition) -> str | None:
        data = lake.storage.find(partition.file)
        return None if data and _is_whole(data, partition) else partition.file

    with ThreadPoolExecutor(READERS) as pool:
        return frozenset(filter(None, pool.map(damaged_file, partitions)))


def _is_whole(data: bytes, partition: Partition) -> bool:
    return sha256(data).hexdigest() == partition.digest


def _damage(lake: Lake, partition: Partition) -> Damage | None:
    data = lake.storage.find(partition.file)
    if data is None:
        return Damage.MISSING
    if not _is_whole(data, partition):
        return Damage.ALTERED
    rows = pq.read_table(pa.BufferReader(data))
    if rows.num_rows != partition.rows or content_hash(rows) != partition.content:
        return Damage.OTHER_ROWS
    return None
