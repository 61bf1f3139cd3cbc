"""How a figure moved between two times, and which parts of the area moved it."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from kangmai.analytics.indicators.definition import Indicator
from kangmai.analytics.methods.decomposition import Pair, decompose
from kangmai.analytics.types import Figure, Form, Freeze, Result, Status

MORE_DIGITS = 2
"""Effects are told with so many digits more than the figure, so that they are seen to add up."""


FEW = 30
"""Against fewer, one person moves a percentage by more than three points."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What a part did to the figure of the whole, in its unit; `mix` is None for plain counts."""

    area: str
    before: Figure | None
    now: Figure | None
    rate: Decimal
    mix: Decimal | None

    @property
    def both(self) -> Decimal:
        """All it did."""
        return self.rate + (self.mix or Decimal())


@dataclass(frozen=True, slots=True)
class Movement:
    """A figure at two times. `causes` is empty where parts are hidden or cannot be told; the largest stands first."""

    rule: Indicator
    before: Result
    now: Result
    causes: tuple[Cause, ...]
    rate: Decimal | None
    mix: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """By how much it moved, as the figures are written."""
        early, late = self.before.total.value, self.now.total.value
        return None if early is None or late is None else late - early

    @property
    def relative(self) -> Decimal:
        """By how much of what it was it moved; 0 where that cannot be said."""
        early = self.before.total.value
        return abs(self.difference / early) if early and self.difference else Decimal()

    @property
    def rests_on_few(self) -> bool:
        """Whether a share or ratio had so small a denominator that chance moves it."""
        against = (each.total.denominator for each in (self.before, self.now))
        return any(each is not None and each < FEW for each in against)


@dataclass(frozen=True, slots=True)
class Recount:
    """A frozen figure beside itself, counted again from the files that it was counted from.

    Attributes:
        again: None of a figure from outside, of which there is nothing to count.
        moved: from the data as they were to those of now, by the rule that it was frozen with.
    """

    frozen: Freeze
    again: Result | None
    moved: Movement

    @property
    def is_same(self) -> bool:
        """Whether it came out as it was kept, with the parts that were kept."""
        kept, again = self.frozen.result, self.again
        return again is None or (again.total, again.parts) == (kept.total, kept.parts)

    @property
    def corrected(self) -> tuple[Cause, ...]:
        """The areas that have other numbers today, and those whose weight changed by it: their effects add up."""
        return tuple(each for each in self.moved.causes if each.both or each.before != each.now)

    @property
    def is_rule_changed(self) -> bool:
        """Whether the rule of those days says something else today than when the figure was frozen."""
        return self.moved.rule.rule != self.frozen.result.rule


def movement(rule: Indicator, before: Result, now: Result) -> Movement:
    """The difference of two results of the same rule and area, with its causes."""
    causes = _causes(rule, before, now)
    mixes = [each.mix for each in causes if each.mix is not None]
    return Movement(
        rule=rule,
        before=before,
        now=now,
        causes=tuple(sorted(causes, key=lambda each: (-abs(each.both), each.area))),
        rate=sum((each.rate for each in causes), Decimal()) if causes else None,
        mix=sum(mixes, Decimal()) if mixes else None,
    )


def _causes(rule: Indicator, before: Result, now: Result) -> list[Cause]:
    early, late = ({each.area: each for each in some.parts} for some in (before, now))
    every = [*early.values(), *late.values()]
    if not every or any(each.status in (Status.SUPPRESSED, Status.NOT_AVAILABLE) for each in every):
        return []
    if rule.form is Form.COUNT:
        return [
            Cause(code, early.get(code), late.get(code), _moved(early.get(code), late.get(code)), None)
            for code in sorted({*early, *late})
        ]  # fmt: skip
    if rule.form is Form.OUTSIDE:
        return []
    found = decompose(_pairs(early), _pairs(late))
    if found is None:
        return []
    return [
        Cause(
            area=each.code,
            before=early.get(each.code),
            now=late.get(each.code),
            rate=_written(each.rate, rule),
            mix=_written(each.mix, rule),
        )
        for each in found.effects
    ]


def _pairs(some: dict[str, Figure]) -> dict[str, Pair]:
    return {code: (each.numerator or 0, each.denominator or 0) for code, each in some.items()}


def _moved(early: Figure | None, late: Figure | None) -> Decimal:
    before, now = (each.value if each and each.value else Decimal() for each in (early, late))
    return now - before


def _written(effect: Fraction, rule: Indicator) -> Decimal:
    exact = Decimal(effect.numerator * rule.per) / Decimal(effect.denominator)
    return exact.quantize(Decimal(1).scaleb(-rule.digits - MORE_DIGITS))
