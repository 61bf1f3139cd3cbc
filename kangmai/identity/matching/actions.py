"""Linking whole files of people."""

import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kangmai.identity.matching.batch.duckdb_engine import DuckDBEngine
from kangmai.identity.matching.batch.linkage import Engine, Linked, Stopwatch, link
from kangmai.identity.matching.batch.reading import read_people
from kangmai.identity.matching.batch.writing import write_clusters, write_pairs
from kangmai.identity.matching.errors import ThresholdOutOfRange
from kangmai.identity.matching.learning.model import read_model, to_json

STAGES = ("reading", "preparation", "blocking", "training", "scoring", "clustering", "writing")


@dataclass(frozen=True, slots=True)
class LinkReport:
    """What linking a file did. `seconds` by stage and in `total`; memory is the process's highest."""

    records: int
    clusters: int
    pairs: int
    candidates: int
    compared: tuple[str, ...]
    unused_headings: tuple[str, ...]
    has_ids: bool
    expected_pairs: float
    training_rounds: int
    seconds: dict[str, float]
    peak_memory_bytes: int


def link_file(
    *,
    people: Path,
    clusters: Path,
    pairs: Path | None = None,
    threshold: float = 0.9,
    engine: str = "duckdb",
    model: Path | None = None,
    save_model: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> LinkReport:
    """Find the records of a CSV file that are of one resident, and write the clusters.

    Without `model` the weights are learned from the file itself. `tell` hears of progress.

    Raises: PeopleUnreadable, HeaderRepeated, NothingToCompare, IdentifierMissing, IdentifierRepeated,
    ThresholdOutOfRange, ModelUnreadable, SparkAbsent.
    """
    if not 0 < threshold <= 1:
        raise ThresholdOutOfRange(threshold=threshold)
    given = read_model(model) if model else None
    finder = _engine(engine)
    watch = Stopwatch()
    with watch.stage("reading"):
        read = read_people(people)
    tell(f"read {read.table.num_rows} records")
    found = link(
        read.table, engine=finder, threshold=threshold, model=given, watch=watch, tell=tell
    )
    with watch.stage("writing"):
        write_clusters(clusters, read.ids, found.clusters)
        if pairs:
            write_pairs(pairs, read.ids, found.links)
        if save_model:
            save_model.write_text(to_json(found.weights, found.prior), encoding="utf-8")
    return _report(found, watch, tuple(read.table.column_names), read.unused, read.has_ids)


def _engine(name: str) -> Engine:
    if name == "spark":
        from kangmai.identity.matching.batch.spark_engine import SparkEngine

        return SparkEngine()
    return DuckDBEngine()


def _report(
    found: Linked,
    watch: Stopwatch,
    compared: tuple[str, ...],
    unused: tuple[str, ...],
    has_ids: bool,
) -> LinkReport:
    seconds = {stage: round(watch.seconds.get(stage, 0.0), 3) for stage in STAGES}
    return LinkReport(
        records=len(found.clusters.label),
        clusters=len(np.unique(found.clusters.label)),
        pairs=len(found.links.left),
        candidates=found.candidates,
        compared=compared,
        unused_headings=unused,
        has_ids=has_ids,
        expected_pairs=round(found.prior.match, 1),
        training_rounds=found.rounds,
        seconds=seconds | {"total": round(sum(seconds.values()), 3)},
        peak_memory_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    )
