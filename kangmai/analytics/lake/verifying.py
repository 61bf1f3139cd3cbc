"""Compare the files of the lake with what the manifest says of them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq

from kangmai.analytics.lake.content import content_hash
from kangmai.analytics.lake.manifest import Manifest, Partition
from kangmai.analytics.lake.store import Lake


class Damage(StrEnum):
    """What is wrong with a file."""

    MISSING = "missing"
    ALTERED = "altered"
    OTHER_ROWS = "other rows"


@dataclass(frozen=True, slots=True)
class Finding:
    """A file that is not what the manifest says."""

    table: str
    month: str
    county: str
    damage: Damage


def verify(lake: Lake, manifest: Manifest) -> Iterator[Finding]:
    """Every damaged file of a manifest, each read whole."""
    for name, table in manifest.tables.items():
        for partition in table.partitions:
            damage = _damage(lake, partition)
            if damage:
                yield Finding(name, partition.month, partition.county, damage)


def _damage(lake: Lake, partition: Partition) -> Damage | None:
    data = lake.storage.find(partition.file)
    if data is None:
        return Damage.MISSING
    if hashlib.sha256(data).hexdigest() != PurePosixPath(partition.file).stem:
        return Damage.ALTERED
    rows = pq.read_table(pa.BufferReader(data))
    if rows.num_rows != partition.rows or content_hash(rows) != partition.content:
        return Damage.OTHER_ROWS
    return None
