"""Learning weights from the data alone: strangers from random pairs, the rest by expectation maximisation.

Three classes are fitted at once, so that members of one household, whom blocking brings together in
numbers, are not taken for matches. What household members agree on by being different people (name,
birth, number) is not learned. Every estimate starts from the base weights, which count as `strength`
pairs, so that small files and files without duplicates stay sensible.

Source: A. P. Dempster, N. M. Laird, D. B. Rubin, JRSS B 39 (1977) 1-38; its use for linkage: W. E. Winkler,
Using the EM algorithm for weight computation in the Fellegi-Sunter model (1988).
"""

from dataclasses import dataclass

import numpy as np

from kangmai.identity.matching.comparison.levels import FREQUENCY_OF, LEVELS, MOST_LEVELS, Field
from kangmai.identity.matching.comparison.pair_columns import Levels
from kangmai.identity.matching.learning.likelihood import Compared, log_classes, log_likelihood
from kangmai.identity.matching.learning.weights import Prior, Table, Weights, base_definition

MOST_ROUNDS = 40
SMALLEST_CHANGE = 0.0005
SHARE_STEPS = 2.0
"""Steps of a bit to which the shares of pairs are rounded, to group pairs that look alike."""


@dataclass(frozen=True, slots=True)
class Groups:
    """Pairs that look alike, counted once: levels, log2 of shares, and how many pairs each stands for."""

    levels: Levels
    log_share: np.ndarray
    count: np.ndarray


@dataclass(frozen=True, slots=True)
class Trained:
    """What training found; `prior` counts pairs of the whole file."""

    weights: Weights
    prior: Prior
    rounds: int


def group(compared: Compared, scale: float) -> Groups:
    """Group pairs that look alike; each pair stands for `scale` pairs."""
    steps = np.clip(np.round(-compared.log_share * SHARE_STEPS), 0, 511).astype(np.int64)
    packed = steps
    for field in Field:
        packed = packed << 4 | compared.levels[field]
    _, first, count = np.unique(packed, return_index=True, return_counts=True)
    return Groups(compared.levels[:, first], -steps[first] / SHARE_STEPS, count * scale)


def measure_strangers(random: Compared, base: Weights, prior: Prior) -> Weights:
    """Put in the chances of levels among strangers, measured on random pairs less their likely matches."""
    match, household, stranger = log_classes(random, base, prior)
    whole = np.logaddexp2(np.logaddexp2(match, household), stranger)
    chance = np.exp2(stranger - whole)
    strength = base_definition()["strength"]["stranger"]
    table = base.stranger.copy()
    for field in Field:
        counts = np.bincount(random.levels[field], weights=chance, minlength=MOST_LEVELS)[1:]
        for level in list(LEVELS[field])[1:]:
            if (field, int(level)) not in FREQUENCY_OF:
                seen = counts[level - 1] + strength * 2 ** base.stranger[field, level]
                table[field, level] = np.log2(seen / (counts.sum() + strength))
    return Weights(base.match, base.household, table)


def expectation_maximisation(
    groups: Groups, base: Weights, prior: Prior, *, records: int
) -> Trained:
    """Fit the chances of matches and households, and how many pairs of both there are.

    `prior.stranger` is all pairs of the file and stays; `base.stranger` was measured before and stays.
    """
    stranger = (
        log_likelihood(base.stranger, groups.levels) + groups.log_share + np.log2(prior.stranger)
    )
    weights, rounds, moved = base, 0, 1.0
    while rounds < MOST_ROUNDS and moved >= SMALLEST_CHANGE:
        chances = _expectation(groups, weights, prior, stranger)
        weights, found = _maximisation(groups, base, chances), _prior(chances, prior, records)
        moved = _relative_change(prior, found)
        prior, rounds = found, rounds + 1
    return Trained(weights, prior, rounds)


def _relative_change(old: Prior, new: Prior) -> float:
    return (
        abs(new.match - old.match) / old.match + abs(new.household - old.household) / old.household
    )


def _expectation(
    groups: Groups, weights: Weights, prior: Prior, stranger: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """How many pairs of each group are matches, and how many of one household."""
    match = log_likelihood(weights.match, groups.levels) + np.log2(prior.match)
    household = log_likelihood(weights.household, groups.levels) + np.log2(prior.household)
    whole = np.logaddexp2(np.logaddexp2(match, household), stranger)
    return np.exp2(match - whole) * groups.count, np.exp2(household - whole) * groups.count


def _maximisation(groups: Groups, base: Weights, chances: tuple[np.ndarray, np.ndarray]) -> Weights:
    """The chances of levels that fit the pairs of each class, with the base weights as prior."""
    strength = base_definition()["strength"]
    learned = [Field[name.upper()] for name in base_definition()["learned_in_households"]]
    match = _fitted(groups, base.match, chances[0], list(Field), strength["match"])
    household = _fitted(groups, base.household, chances[1], learned, strength["household"])
    return Weights(match, household, base.stranger)


def _fitted(
    groups: Groups, base: Table, chances: np.ndarray, fields: list[Field], strength: float
) -> Table:
    table = base.copy()
    for field in fields:
        counts = np.bincount(groups.levels[field], weights=chances, minlength=MOST_LEVELS)[1:]
        levels = len(LEVELS[field]) - 1
        prior = np.exp2(base[field, 1 : levels + 1])
        seen = counts[:levels] + strength * prior / prior.sum()
        table[field, 1 : levels + 1] = np.log2(seen / seen.sum())
    return table


def _prior(chances: tuple[np.ndarray, np.ndarray], prior: Prior, records: int) -> Prior:
    """How many pairs are matches and households, held towards the base rates in small files."""
    given = base_definition()["prior"]
    few = given["prior_records"]
    match, household = (
        (float(found.sum()) + few * given[rate]) * records / (records + few)
        for found, rate in zip(
            chances, ("matches_per_record", "households_per_record"), strict=True
        )
    )
    return Prior(match=match, household=household, stranger=prior.stranger)
