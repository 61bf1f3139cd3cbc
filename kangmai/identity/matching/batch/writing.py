"""Writing what linking found: clusters and pairs, under the ids of the file."""

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kangmai.identity.matching.batch.clustering import Clusters, Links

DECIMALS = 6
LONGEST_NUMBER = 18


def ranks(ids: pa.Array) -> np.ndarray:
    """The place of each id in order: as numbers if all are whole numbers, else as text."""
    plain = pc.all(
        pc.match_substring_regex(ids, f"^[0-9]{{1,{LONGEST_NUMBER}}}$"), min_count=0
    ).as_py()
    order = pc.sort_indices(pc.cast(ids, pa.int64()) if plain else ids).to_numpy()
    places = np.empty(len(ids), dtype=np.int64)
    places[order] = np.arange(len(ids))
    return places


def smallest_ids(ids: pa.Array, clusters: Clusters) -> pa.Array:
    """For each record the smallest id in its cluster."""
    rank = ranks(ids)
    row_of_rank = np.argsort(rank)
    smallest = np.full(int(clusters.label.max(initial=-1)) + 1, len(ids), dtype=np.int64)
    np.minimum.at(smallest, clusters.label, rank)
    return ids.take(pa.array(row_of_rank[smallest[clusters.label]]))


def write_clusters(path: Path, ids: pa.Array, clusters: Clusters) -> None:
    """Write `id,cluster,probability`, a line a record, in the order of the file."""
    probability = np.round(clusters.probability, DECIMALS)
    _write(path, {"id": ids, "cluster": smallest_ids(ids, clusters), "probability": probability})


def write_pairs(path: Path, ids: pa.Array, links: Links) -> None:
    """Write `left,right,probability`, a line a linked pair, the smaller id left, the most probable first."""
    rank = ranks(ids)
    swap = rank[links.left] > rank[links.right]
    left = np.where(swap, links.right, links.left)
    right = np.where(swap, links.left, links.right)
    order = np.lexsort((rank[right], rank[left], -links.probability))
    columns = {
        "left": ids.take(pa.array(left[order])),
        "right": ids.take(pa.array(right[order])),
        "probability": np.round(links.probability[order], DECIMALS),
    }
    _write(path, columns)


def _write(path: Path, columns: dict[str, object]) -> None:
    table = pa.table(columns)
    with duckdb.connect() as connection:
        connection.execute("set preserve_insertion_order = true")
        connection.from_arrow(table).write_csv(str(path), header=True)
