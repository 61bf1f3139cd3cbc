"""How many people to put into one tube, from how many of them are positive.

Source: R. Dorfman, "The Detection of Defective Members of Large Populations", Annals of Mathematical
Statistics 14 (1943) 436-440; with errors of the test: H.-Y. Kim, M. G. Hudgens, J. M. Dreyfuss,
D. J. Westreich, C. D. Pilcher, "Comparison of group testing algorithms for case identification in the
presence of test error", Biometrics 63 (2007) 1152-1163. Worked numbers: docs/algorithms/pooling.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

PERFECT = 1.0
LARGEST = 100


@dataclass(frozen=True, slots=True)
class Test:
    """How well a test works on one swab.

    Args:
        sensitivity: share of positive people whom it finds alone.
        specificity: share of negative ones whom it clears.
        dilution: how much sensitivity a pool loses for each doubling of its size, as a share.
    """

    __test__ = False

    sensitivity: float = PERFECT
    specificity: float = PERFECT
    dilution: float = 0.0

    def __post_init__(self) -> None:
        for value in (self.sensitivity, self.specificity):
            if not 0 < value <= 1:
                raise ValueError(f"{value} is no share")
        if not 0 <= self.dilution < 1:
            raise ValueError(f"{self.dilution} is no share")

    def pooled_sensitivity(self, size: int) -> float:
        """The share of pools with one positive swab that test positive."""
        return self.sensitivity * (1 - self.dilution) ** (size - 1).bit_length()


@dataclass(frozen=True, slots=True)
class Expected:
    """What pools of a size come to, for one person."""

    size: int
    tests_per_person: float
    """Dorfman's relative cost: pools and the singles they cause."""
    sensitivity: float
    """Share of positive people who are found."""
    false_positives_per_person: float
    positive_pools: float
    """Share of pools that test positive."""
    singles_per_person: float


PERFECT_TEST = Test()


def expected(
    size: int, prevalence: float, test: Test = PERFECT_TEST, *, singles_each: int = 1
) -> Expected:
    """What a pool size comes to at a prevalence, where people of a positive pool are tested alone.

    >>> round(expected(11, 0.01).tests_per_person, 4)
    0.1956

    Args:
        prevalence: share of people who are positive.
        singles_each: single tubes taken of each person of a positive pool.

    Raises:
        ValueError: no share, or no size.
    """
    if not 0 <= prevalence <= 1 or not 1 <= size <= LARGEST or singles_each < 1:
        raise ValueError(f"no pool of {size} at {prevalence}")
    if size == 1:
        wrong = (1 - prevalence) * (1 - test.specificity)
        found = prevalence * test.sensitivity
        return Expected(1, 1.0, test.sensitivity, wrong, found + wrong, 0.0)
    clean = (1 - prevalence) ** size
    seen = test.pooled_sensitivity(size)
    positive = (1 - clean) * seen + clean * (1 - test.specificity)
    # a negative person is retested where a companion is positive, or the pool is wrongly so
    companions = (1 - prevalence) ** (size - 1)
    retested = (1 - companions) * seen + companions * (1 - test.specificity)
    wrong = (1 - prevalence) * retested * (1 - test.specificity)
    singles = positive * singles_each
    return Expected(
        size, 1 / size + singles, seen * test.sensitivity, wrong, positive, singles
    )  # fmt: skip


def best_size(
    prevalence: float, test: Test = PERFECT_TEST, *, sizes: Sequence[int] = range(1, LARGEST + 1)
) -> Expected:
    """The pool size with the fewest tests, the smaller of equal ones.

    >>> best_size(0.01).size, best_size(0.01, sizes=(1, 5, 10, 20)).size
    (11, 10)
    """
    found = [expected(size, prevalence, test) for size in sizes]
    return min(found, key=lambda each: (each.tests_per_person, each.size))


def pooling_pays(prevalence: float) -> bool:
    """Whether any pool needs fewer tests than singles: below a prevalence of 1 - 3^(-1/3), about 30.7 %."""
    return best_size(prevalence).size > 1


def table(
    prevalence: float, test: Test, *, sizes: Sequence[int], singles_each: int
) -> tuple[Expected, ...]:
    """What each size that the rules allow comes to."""
    return tuple(expected(n, prevalence, test, singles_each=singles_each) for n in sizes)
