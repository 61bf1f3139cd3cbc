"""Figures that go out to everybody."""

from dataclasses import dataclass

from kangmai.analytics.rules import Indicator
from kangmai.analytics.types import Figure, Result


@dataclass(frozen=True, slots=True)
class Released:
    """An indicator with its figures as they go out: the whole area first."""

    rule: Indicator
    result: Result

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The whole and the parts that are divisions."""
        return (self.result.total, *(each for each in self.result.parts if each.area))
