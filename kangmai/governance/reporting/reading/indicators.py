"""Which indicator a quoted figure is a value of, by the words around it; see definitions/governance/quoted_figure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition, register_checker

SHARES = re.compile(r"(?:率|占比|比例|比重|覆盖面)$")


@dataclass(frozen=True, slots=True)
class Saying:
    """How bulletins say one indicator, and the values it can have at all."""

    indicator: str
    said: tuple[re.Pattern[str], ...]
    units: frozenset[str]
    least: Decimal | None
    most: Decimal | None

    def fits(self, words: str, unit: str) -> bool:
        """Whether words around a number of this unit speak of the indicator."""
        return unit in self.units and any(each.search(words) for each in self.said)

    def allows(self, value: Decimal) -> bool:
        """Whether the indicator can have such a value at all."""
        above = self.least is None or value >= self.least
        return above and (self.most is None or value <= self.most)


def saying_of(words: str, unit: str) -> Saying | None:
    """The first that fits, or None."""
    return next((each for each in _sayings() if each.fits(words, unit)), None)


@cache
def _sayings() -> tuple[Saying, ...]:
    found = definitions.load("governance", "quoted_figure")
    return tuple(_saying(each) for definition in found for each in definition.content["figures"])


def _saying(row: Mapping[str, Any]) -> Saying:
    def bound(name: str) -> Decimal | None:
        return Decimal(str(row[name])) if name in row else None

    return Saying(
        str(row["indicator"]),
        tuple(re.compile(each) for each in row["said"]),
        frozenset(row["units"]),
        bound("least"),
        bound("most"),
    )


def _faults(definition: Definition) -> Iterator[str]:
    for row in definition.content["figures"]:
        for said in row["said"]:
            try:
                re.compile(said)
            except re.error as error:
                yield f"{row['indicator']}: '{said}' is no regular expression: {error}"


register_checker("governance", "quoted_figure", _faults)
