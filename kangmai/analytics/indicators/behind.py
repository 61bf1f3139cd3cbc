"""Who is behind a target: each area and indicator with what is missing, and since when."""

from dataclasses import dataclass
from decimal import Decimal

from kangmai.analytics.indicators.definition import Indicator
from kangmai.analytics.types import Direction, Figure, Goal
from kangmai.standards.periods import Period


@dataclass(frozen=True, slots=True)
class Behind:
    """A figure that has not reached its target. `since` is the first of the periods without a break; None where only this one is known."""

    rule: Indicator
    goal: Goal
    figure: Figure
    since: Period | None

    @property
    def gap(self) -> Decimal:
        """How far it is from the target, in its unit."""
        assert self.figure.value is not None
        return abs(self.goal.value - self.figure.value)

    @property
    def weight(self) -> Decimal:
        """How far it is, in parts of the target."""
        return self.gap / abs(self.goal.value) if self.goal.value else self.gap


def is_behind(figure: Figure, rule: Indicator, target: Decimal | None) -> bool:
    """Whether a figure has not reached its target."""
    if target is None or figure.value is None:
        return False
    return figure.value > target if rule.direction is Direction.DOWN else figure.value < target
