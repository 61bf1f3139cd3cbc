"""From linked pairs to clusters: one for each resident, without contradictions inside.

Groups of linked records are looked at whole: every pair in a group is scored, also those that no key
brought together. A group in which all agree stands. In others, parts are joined from the strongest link
on, as long as all pairs between the two parts, for and against, together speak for one resident; parts
with two different valid identity numbers are never joined.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Scorer = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""For rows left and right: bits for a match (clipped), and whether the pair must not be together."""

LARGEST_WHOLE = 60
"""Groups up to this size are looked at pair by pair; in larger ones only their links count."""


@dataclass(frozen=True, slots=True)
class Links:
    """Pairs of records that the model links, with their probabilities."""

    left: np.ndarray
    right: np.ndarray
    probability: np.ndarray


@dataclass(frozen=True, slots=True)
class Clusters:
    """For each record the number of its cluster, and the probability that the cluster is one resident.

    That is the weakest among its records' strongest links; 1 for a record by itself.
    """

    label: np.ndarray
    probability: np.ndarray


def cluster(records: int, links: Links, score: Scorer) -> Clusters:
    """Cluster `records` by their links."""
    label = _components(records, links.left, links.right)
    sizes = np.bincount(label, minlength=1)
    in_group = sizes[label] > 2
    rows = np.flatnonzero(in_group)
    if len(rows):
        label = _without_contradictions(label, rows, sizes, links, score)
    return Clusters(label, _probabilities(records, label, links))


def _components(records: int, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(records, records))
    return connected_components(graph, directed=False)[1]


def _without_contradictions(
    label: np.ndarray, rows: np.ndarray, sizes: np.ndarray, links: Links, score: Scorer
) -> np.ndarray:
    """New labels, groups of three and more split where they contradict themselves."""
    order = rows[np.argsort(label[rows], kind="stable")]
    starts = np.flatnonzero(np.r_[True, label[order][1:] != label[order][:-1]])
    groups = np.split(order, starts[1:])
    whole = [group for group in groups if len(group) <= LARGEST_WHOLE]
    left, right = _inner_pairs(whole)
    bits, apart = score(left, right)
    doubtful = np.unique(label[left[(bits <= 0) | apart]])
    large = np.flatnonzero(sizes > LARGEST_WHOLE)
    label, free = label.copy(), int(label.max()) + 1
    linked = np.isin(label[links.left], np.concatenate([doubtful, large]))
    edges = _by_label(label, links.left[linked], links.right[linked], links.probability[linked])
    inner = np.isin(label[left], doubtful)
    pairs = _by_label(label, left[inner], right[inner], np.where(apart, -np.inf, bits)[inner])
    for number, of_group in edges.items():
        parts = _greedy(of_group, pairs.get(number))
        for part in parts[1:]:
            label[part] = free
            free += 1
    return label


def _inner_pairs(groups: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """All pairs inside groups."""
    left, right = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    by_size: dict[int, list[np.ndarray]] = {}
    for group in groups:
        by_size.setdefault(len(group), []).append(group)
    for size, same in by_size.items():
        members = np.array(same)
        one, two = np.triu_indices(size, 1)
        left.append(members[:, one].ravel())
        right.append(members[:, two].ravel())
    a, b = np.concatenate(left), np.concatenate(right)
    return np.minimum(a, b), np.maximum(a, b)


Edges = list[tuple[int, int, float]]


def _by_label(
    label: np.ndarray, left: np.ndarray, right: np.ndarray, value: np.ndarray
) -> dict[int, Edges]:
    """Pairs with their values, by the label of their group."""
    found: dict[int, Edges] = {}
    numbers = label[left].tolist()
    for number, a, b, x in zip(numbers, left.tolist(), right.tolist(), value.tolist(), strict=True):
        found.setdefault(number, []).append((a, b, x))
    return found


def _greedy(edges: Edges, pairs: Edges | None) -> list[list[int]]:
    """Parts of a group: joined from the strongest link on while all pairs between two parts speak for it.

    Without `pairs` (a group too large to look at whole) every record that a link reaches stays.
    """
    part_of = {row: [row] for a, b, _ in edges for row in (a, b)}
    if pairs is None:
        return [sorted(part_of)]
    bits = {(a, b): x for a, b, x in pairs}
    for a, b, _ in sorted(edges, key=lambda edge: (-bits[edge[0], edge[1]], edge[0], edge[1])):
        one, two = part_of[a], part_of[b]
        if one is two:
            continue
        between = sum(bits[min(x, y), max(x, y)] for x in one for y in two)
        if between > 0:
            one.extend(two)
            for row in two:
                part_of[row] = one
    parts = {id(part): sorted(part) for part in part_of.values()}
    return sorted(parts.values())


def _probabilities(records: int, label: np.ndarray, links: Links) -> np.ndarray:
    """For each record the probability of its cluster."""
    strongest = np.zeros(records)
    inside = label[links.left] == label[links.right]
    for side in (links.left, links.right):
        np.maximum.at(strongest, side[inside], links.probability[inside])
    lone = strongest == 0
    weakest = np.ones(int(label.max(initial=0)) + 1)
    np.minimum.at(weakest, label[~lone], strongest[~lone])
    return np.where(lone, 1.0, weakest[label])
