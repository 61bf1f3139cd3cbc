"""Linking a file: prepare, find candidates, train, score, cluster; each stage timed."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Protocol

import numpy as np
import pyarrow as pa

from kangmai.identity.matching.batch.clustering import Clusters, Links, cluster
from kangmai.identity.matching.comparison.blocking import Key, key_columns
from kangmai.identity.matching.comparison.levels import Field, NumberLevel
from kangmai.identity.matching.learning.frequencies import Shares, shares_of
from kangmai.identity.matching.learning.likelihood import (
    Compared,
    compare,
    log_classes,
    probability,
)
from kangmai.identity.matching.learning.model import base_prior
from kangmai.identity.matching.learning.safeguards import is_barred
from kangmai.identity.matching.learning.training import (
    Trained,
    expectation_maximisation,
    group,
    measure_strangers,
)
from kangmai.identity.matching.learning.weights import Prior, Weights, base_weights, common_share
from kangmai.identity.matching.preparation.columns import Columns, columns

RANDOM_PAIRS = 300_000
TRAINING_PAIRS = 1_000_000
PAIRS_A_BATCH = 200_000
THREADS = 2
MOST_BITS = 20.0
"""Evidence of one pair counts for no more than this inside a cluster, either way."""


class Engine(Protocol):
    """Finds candidate pairs: the only part of linkage whose work grows faster than the file."""

    def pairs(self, records: int, keys: Iterator[tuple[str, Key]]) -> np.ndarray:
        """Pairs of rows that share a key, `left << 32 | right` with left < right, each once, sorted."""
        ...


@dataclass(slots=True)
class Stopwatch:
    """Seconds by stage."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage."""
        start = perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - start


@dataclass(frozen=True, slots=True)
class Linked:
    """What linking found: links at or above the threshold, clusters, and the model behind them."""

    links: Links
    clusters: Clusters
    candidates: int
    weights: Weights
    prior: Prior
    rounds: int


@dataclass(frozen=True, slots=True)
class Scoring:
    """A file with everything that scoring its pairs needs."""

    columns: Columns
    shares: Shares
    weights: Weights
    prior: Prior

    def compared(self, left: np.ndarray, right: np.ndarray) -> Compared:
        """Pairs with their levels."""
        return compare(self.columns, self.shares, left, right)

    def barred(self, compared: Compared) -> np.ndarray:
        """Pairs that must not be linked by themselves."""
        newborn = self.columns.is_newborn[compared.left] | self.columns.is_newborn[compared.right]
        return is_barred(compared.levels, compared.name_share, newborn, common=common_share())

    def probabilities(self, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities of pairs, and which of them are barred."""
        compared = self.compared(left, right)
        return probability(*log_classes(compared, self.weights, self.prior)), self.barred(compared)

    def bits(self, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Bits for a match against the other classes, and which pairs must not be in one cluster."""
        compared = self.compared(left, right)
        match, household, stranger = log_classes(compared, self.weights, self.prior)
        bits = np.clip(match - np.logaddexp2(household, stranger), -MOST_BITS, MOST_BITS)
        apart = is_apart(compared)
        barred = self.barred(compared)
        return np.where(barred, np.minimum(bits, 0.0), bits), apart


def is_apart(compared: Compared) -> np.ndarray:
    """Pairs whose valid identity numbers differ without explanation."""
    return compared.levels[Field.NUMBER] == NumberLevel.CONFLICT


def link(
    table: pa.Table,
    *,
    engine: Engine,
    threshold: float,
    model: tuple[Weights, Prior] | None,
    watch: Stopwatch,
    tell: Callable[[str], None],
) -> Linked:
    """Link the records of a table of people (columns as `COLUMNS`).

    `model` scores with given weights and rates instead of training; `tell` hears of progress.
    """
    with watch.stage("preparation"):
        c = columns(table)
        shares = shares_of(c)
    tell(f"prepared {c.size} records")
    with watch.stage("blocking"):
        pairs = engine.pairs(c.size, key_columns(c))
    tell(f"found {len(pairs)} candidate pairs")
    with watch.stage("training"):
        trained = train(c, shares, pairs) if model is None else _rescaled(model, c.size)
    tell(
        f"trained in {trained.rounds} rounds: {trained.prior.match:.0f} pairs of one resident expected"
    )
    scoring = Scoring(c, shares, trained.weights, trained.prior)
    with watch.stage("scoring"):
        links = score_pairs(scoring, pairs, threshold)
    tell(f"linked {len(links.left)} pairs")
    with watch.stage("clustering"):
        clusters = cluster(c.size, links, scoring.bits)
    return Linked(links, clusters, len(pairs), trained.weights, trained.prior, trained.rounds)


def _rescaled(model: tuple[Weights, Prior], records: int) -> Trained:
    """A given model for a file of another size: matches and households a record stay as they were."""
    weights, prior = model
    trained_records = (1 + np.sqrt(1 + 8 * prior.stranger)) / 2
    factor = records / trained_records
    return Trained(
        weights,
        Prior(
            match=prior.match * factor,
            household=prior.household * factor,
            stranger=base_prior(records).stranger,
        ),
        0,
    )


def train(c: Columns, shares: Shares, pairs: np.ndarray) -> Trained:
    """Learn weights and rates from a file's random and candidate pairs."""
    base, prior = base_weights(), base_prior(c.size)
    if c.size < 2:
        return Trained(base, prior, 0)
    random = compare(c, shares, *random_pairs(c.size))
    step = max(1, -(-len(pairs) // TRAINING_PAIRS))
    chosen = pairs[::step]
    groups = group(compare(c, shares, *_sides(chosen)), len(pairs) / max(len(chosen), 1))
    measured = measure_strangers(random, base, prior)
    first = expectation_maximisation(groups, measured, prior, records=c.size)
    # What strangers are is measured once more, now that matches among random pairs are known better.
    known = Weights(first.weights.match, first.weights.household, base.stranger)
    strangers = measure_strangers(random, known, first.prior).stranger
    again = Weights(base.match, base.household, strangers)
    return expectation_maximisation(groups, again, first.prior, records=c.size)


def random_pairs(records: int) -> tuple[np.ndarray, np.ndarray]:
    """Random pairs of different rows; all pairs of a small file."""
    if records * (records - 1) // 2 <= RANDOM_PAIRS:
        return np.triu_indices(records, 1)
    random = np.random.default_rng(0)
    left = random.integers(0, records, RANDOM_PAIRS)
    right = (left + random.integers(1, records, RANDOM_PAIRS)) % records
    return left, right


def _sides(pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return pairs >> 32, pairs & 0xFFFFFFFF


def score_pairs(scoring: Scoring, pairs: np.ndarray, threshold: float) -> Links:
    """The pairs that are linked: probable enough and not barred."""

    def linked(start: int) -> tuple[np.ndarray, np.ndarray]:
        batch = pairs[start : start + PAIRS_A_BATCH]
        chances, barred = scoring.probabilities(*_sides(batch))
        kept = (chances >= threshold) & ~barred
        return batch[kept], chances[kept]

    starts = range(0, len(pairs), PAIRS_A_BATCH)
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(linked, starts))
    kept = np.concatenate([np.zeros(0, dtype=np.int64), *(each[0] for each in found)])
    chances = np.concatenate([np.zeros(0), *(each[1] for each in found)])
    return Links(*_sides(kept), chances)
