"""Why a figure moved: because the parts got better or worse, or because more of it lies in other parts.

A share of a whole is the mean of the shares of its parts, each weighted by how much of the denominator lies in it.
The difference between two times is then, exactly and without a rest,

    sum of  mean weight × change of the share        (rate effect)
  + sum of  change of weight × (mean share − mean share of the whole)        (mix effect)

Taking the mean of the whole away from the mix effect does not change its sum, since weights always add up to 1, and
says of each part whether its growing lifted or lowered the whole. A part without a denominator at one of the times
has no share then; the one it has is taken for both, and all it did is mix.

Source: E. M. Kitagawa, "Components of a difference between two rates", JASA 50 (1955), 1168-1194. Worked numbers:
docs/algorithms/decomposition.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

Pair = tuple[int, int]
"""A numerator and its denominator."""
HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Effect:
    """What one part did to the whole, in shares of 1."""

    code: str
    before: Pair
    now: Pair
    rate: Fraction
    mix: Fraction

    @property
    def both(self) -> Fraction:
        """All it did."""
        return self.rate + self.mix


@dataclass(frozen=True, slots=True)
class Decomposition:
    """The parts' effects, which add up to the difference of the whole."""

    before: Pair
    now: Pair
    effects: tuple[Effect, ...]

    @property
    def rate(self) -> Fraction:
        """By how much the whole moved because its parts did."""
        return sum((each.rate for each in self.effects), Fraction())

    @property
    def mix(self) -> Fraction:
        """By how much the whole moved because weights did."""
        return sum((each.mix for each in self.effects), Fraction())


def decompose(before: Mapping[str, Pair], now: Mapping[str, Pair]) -> Decomposition | None:
    """The change of a whole by its parts, in order of their codes; None where one of the times has no denominator."""
    whole = [
        (sum(each[0] for each in some.values()), sum(each[1] for each in some.values()))
        for some in (before, now)
    ]
    if not whole[0][1] or not whole[1][1]:
        return None
    middle = (Fraction(*whole[0]) + Fraction(*whole[1])) * HALF
    effects = []
    for code in sorted({*before, *now}):
        early, late = before.get(code, (0, 0)), now.get(code, (0, 0))
        if early[1] or late[1]:
            weights = Fraction(early[1], whole[0][1]), Fraction(late[1], whole[1][1])
            rates = _rates(early, late)
            effects.append(
                Effect(
                    code=code,
                    before=early,
                    now=late,
                    rate=(weights[0] + weights[1]) * HALF * (rates[1] - rates[0]),
                    mix=(weights[1] - weights[0]) * ((rates[0] + rates[1]) * HALF - middle),
                )
            )
    return Decomposition(whole[0], whole[1], tuple(effects))


def _rates(early: Pair, late: Pair) -> tuple[Fraction, Fraction]:
    """Both shares; the one there is where the other has no denominator."""
    known = [Fraction(*each) for each in (early, late) if each[1]]
    return known[0], known[-1]
