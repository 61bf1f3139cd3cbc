"""The chances of what two records show, if of one resident, of one household, or of strangers.

P(match | levels) = n_M m / (n_M m + n_H h + n_U u), where n are the expected pairs of each class and m, h, u
the products of the chances of the levels. Of an agreement on a value x all three are divided by the
share of x: m and h stay, u becomes the share. Missing fields count for none of them.
"""

from dataclasses import dataclass

import numpy as np

from kangmai.identity.matching.comparison.levels import FREQUENCY_OF, Field
from kangmai.identity.matching.comparison.pair_columns import Levels, Rows, levels_of_pairs
from kangmai.identity.matching.learning.frequencies import Shares
from kangmai.identity.matching.learning.weights import Prior, Table, Weights
from kangmai.identity.matching.preparation.columns import Columns


@dataclass(frozen=True, slots=True)
class Compared:
    """Pairs with their levels; `log_share` is log2 of the shares of all values agreed on, multiplied."""

    left: Rows
    right: Rows
    levels: Levels
    log_share: np.ndarray
    name_share: np.ndarray
    """log2 of the share of the name agreed on (as far as it agrees); 0 where it does not."""


def compare(c: Columns, shares: Shares, left: Rows, right: Rows) -> Compared:
    """Compare pairs of records on all fields."""
    levels = levels_of_pairs(c, left, right)
    total, name = np.zeros(len(left)), np.zeros(len(left))
    for (field, level), kind in FREQUENCY_OF.items():
        rows = np.flatnonzero(levels[field] == level)
        if len(rows):
            share = shares[kind][c.of(kind)[left[rows]]]
            total[rows] += share
            if field in (Field.NAME, Field.GIVEN_NAME, Field.SURNAME):
                name[rows] += share
    return Compared(left, right, levels, total, name)


def log_likelihood(table: Table, levels: Levels) -> np.ndarray:
    """log2 of the product of the chances of each pair's levels."""
    total = np.zeros(levels.shape[1])
    for field in Field:
        if levels[field].any():
            total += table[field][levels[field]]
    return total


def log_classes(compared: Compared, weights: Weights, prior: Prior) -> tuple[np.ndarray, ...]:
    """log2 of match, household and stranger, each with its prior, for each pair."""
    match = log_likelihood(weights.match, compared.levels) + np.log2(prior.match)
    household = log_likelihood(weights.household, compared.levels) + np.log2(prior.household)
    stranger = log_likelihood(weights.stranger, compared.levels) + compared.log_share
    return match, household, stranger + np.log2(prior.stranger)


def probability(match: np.ndarray, household: np.ndarray, stranger: np.ndarray) -> np.ndarray:
    """The probability of a match from log2 of the three classes."""
    bits = np.logaddexp2(household, stranger) - match
    return 1.0 / (1.0 + np.exp2(np.minimum(bits, 1000.0)))
