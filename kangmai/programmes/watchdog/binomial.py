"""The exact upper tail of a binomial, and digits of honest devices.

Source: the tail as a regularized incomplete beta function, NIST Digital Library of Mathematical Functions
8.17.5 (https://dlmf.nist.gov/8.17#E5).
"""

from collections.abc import Mapping, Sequence

from scipy.special import betainc

EVEN = frozenset({0, 2, 4, 6, 8})
SETS: tuple[frozenset[int], ...] = (*(frozenset({d}) for d in range(10)), frozenset({0, 5}))
"""Habits that are looked for: one digit, or nought and five."""


def upper_tail(hits: int, tries: int, chance: float) -> float:
    """The probability of at least so many hits among independent tries of this chance each.

    >>> round(upper_tail(2, 3, 0.5), 6)
    0.5
    """
    if hits <= 0:
        return 1.0
    return float(betainc(hits, tries - hits + 1, chance)) if hits <= tries else 0.0


def preferred_digits(counts: Mapping[int, int]) -> tuple[frozenset[int], int, float, float]:
    """The set of last digits that is most surprising in readings of an honest device.

    A device that shows every step gives each digit one time in ten. Where all readings are even, one that
    shows every second step is taken to have been used, which gives nought one time in five: never less.

    Args:
        counts: last digit → how often.

    Returns:
        the digits, how often they stand there, their expected share, and a bound of the probability
        that any of the eleven sets is as frequent.
    """
    total = sum(counts.values())
    coarse = {digit for digit, count in counts.items() if count} <= EVEN
    found = [_of(each, counts, total, coarse) for each in SETS]
    digits, hits, share, tail = min(found, key=lambda each: (each[3], -each[1]))
    return digits, hits, share, min(1.0, tail * len(SETS))


def _of(
    digits: frozenset[int], counts: Mapping[int, int], total: int, coarse: bool
) -> tuple[frozenset[int], int, float, float]:
    share = len(digits & EVEN) / 5 if coarse else len(digits) / 10
    hits = sum(counts.get(each, 0) for each in digits)
    return digits, hits, share, upper_tail(hits, total, share) if share else 1.0


def within_budget(chances: Sequence[float], budget: float) -> tuple[bool, ...]:
    """Which of a family of tests are findings, so that honest data give at most `budget` of them on average.

    Source: Bonferroni's inequality; with m tests each is asked for a probability of at most budget/m.
    """
    return tuple(chance * len(chances) <= budget for chance in chances)
