"""What a fact is, and the vocabulary of facts that a condition may speak of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from kangmai.analytics.facts.nodes import Node

Value = Decimal | int | date | str | bool | None
"""A fact's value for one resident or visit; None is missing."""


class FactType(StrEnum):
    """What kind of values a fact has; the value is the word that definitions use."""

    NUMBER = "number"
    DATE = "date"
    CODE = "code"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Fact:
    """A named column: numbers have a UCUM unit ("1" for counts), codes may list what they can be."""

    name: str
    type: FactType
    unit: str = ""
    codes: frozenset[str] = frozenset()


TODAY = Fact("today", FactType.DATE)
"""The day for which a condition is asked; every vocabulary has it."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The facts a condition may name, and terms: conditions that were given a name."""

    facts: Mapping[str, Fact]
    terms: Mapping[str, Node] = field(default_factory=dict)

    def names(self) -> list[str]:
        """Everything that may be named, in order."""
        return sorted({*self.facts, *self.terms, TODAY.name})

    def find(self, name: str) -> Fact | None:
        """The fact of this name."""
        return TODAY if name == TODAY.name else self.facts.get(name)


def vocabulary_of(*facts: Fact) -> Vocabulary:
    """A vocabulary of facts without terms."""
    return Vocabulary({fact.name: fact for fact in facts})
