"""Compare institutions fairly: a funnel around the share of all, as wide for each as chance alone reaches.

Small institutions differ widely by chance, large ones hardly; so none is ranked. Each is held against exact
binomial limits around the share of all of them together: 95 % (about two standard deviations) and 99.8 %
(about three).

Source: D. J. Spiegelhalter, "Funnel plots for comparing institutional performance", Statistics in Medicine 24
(2005), 1185-1202; limits: appendix A.1.1, spread beyond chance: section 4.2 and appendix A.3.1 (from memory). Worked numbers:
docs/algorithms/funnel.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

LEVELS = (0.001, 0.025, 0.975, 0.999)
"""The tails of the four limits: low 99.8 %, low 95 %, high 95 %, high 99.8 %."""
WINSORIZED = 0.1
"""So large a part at each end counts as what stands at its edge, so that outliers do not widen the spread."""
LEAST_PLACES = 3


class Standing(StrEnum):
    """Where a share lies beside its limits."""

    FAR_BELOW = "far below"
    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"
    FAR_ABOVE = "far above"


@dataclass(frozen=True, slots=True)
class Limits:
    """What chance alone reaches for a size, as shares of 1."""

    low_998: float
    low_95: float
    high_95: float
    high_998: float


@dataclass(frozen=True, slots=True)
class FunnelPlace:
    """One institution: its share, and where chance would leave it."""

    code: str
    part: int
    whole: int
    limits: Limits
    standing: Standing

    @property
    def share(self) -> float:
        """Its part of its whole, as a share of 1."""
        return self.part / self.whole


@dataclass(frozen=True, slots=True)
class Funnel:
    """All places beside the share of all.

    `spread` is how much more they differ than chance lets them (1: as chance does); `is_wide` says that it is
    more than chance alone would give, so that limits mark more places than deserve it.
    """

    share: float
    places: tuple[FunnelPlace, ...]
    spread: float
    is_wide: bool


def limits(whole: int, share: float) -> Limits:
    """The limits for a size around a share of 1, interpolated between whole numbers as the paper does."""
    return Limits(*(_limit(whole, share, level) for level in LEVELS))


def _limit(whole: int, share: float, level: float) -> float:
    from scipy.special import bdtr, bdtrik

    # the least r with P(R <= r) > level; the inverse is of real numbers and may be off by one
    r = max(0, int(bdtrik(level, whole, share)) - 1)
    while bdtr(r, whole, share) <= level:
        r += 1
    upto, below = bdtr(r, whole, share), bdtr(r - 1, whole, share) if r else 0.0
    return float(min(1.0, max(0.0, (r - (upto - level) / (upto - below)) / whole)))


def funnel(places: Iterable[tuple[str, int, int]]) -> Funnel | None:
    """Places (code, part, whole) as a funnel; None where too few have a whole, or all or none of it is the part."""
    found = [each for each in places if each[2] > 0]
    part, whole = sum(each[1] for each in found), sum(each[2] for each in found)
    if len(found) < LEAST_PLACES or not 0 < part < whole:
        return None
    share = part / whole
    known = {size: limits(size, share) for size in {each[2] for each in found}}
    spread = _spread([(p / n - share) / sqrt(share * (1 - share) / n) for _code, p, n in found])
    return Funnel(
        share=share,
        places=tuple(
            FunnelPlace(code, p, n, known[n], _standing(p, n, share)) for code, p, n in found
        ),
        spread=spread,
        is_wide=spread > 1 + 2 * sqrt(2 / len(found)),
    )


def _standing(part: int, whole: int, share: float) -> Standing:
    """Judged by the exact tails and not by the interpolated lines, which of a place of two people say too much."""
    from scipy.special import bdtr, bdtrc

    upto, from_on = bdtr(part, whole, share), bdtrc(part - 1, whole, share) if part else 1.0
    if upto <= LEVELS[1]:
        return Standing.FAR_BELOW if upto <= LEVELS[0] else Standing.BELOW
    if from_on <= LEVELS[1]:
        return Standing.FAR_ABOVE if from_on <= LEVELS[0] else Standing.ABOVE
    return Standing.WITHIN


def _spread(scores: Sequence[float]) -> float:
    """The mean square of the scores, their ends drawn in."""
    ordered = sorted(scores)
    cut = int(WINSORIZED * len(ordered))
    low, high = ordered[cut], ordered[-1 - cut]
    return sum(min(max(each, low), high) ** 2 for each in ordered) / len(ordered)
