"""A condition as SQL with named parameters.

PostgreSQL's own three values are those of the language: a comparison with a missing value is unknown,
`and`, `or` and `not` follow Kleene, and the whole is asked with IS TRUE, so that unknown does not hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import assert_never

from kangmai.analytics.facts.nodes import (
    All,
    Any,
    Comparison,
    DaysBetween,
    FactValue,
    Holds,
    IsMissing,
    Literal,
    Node,
    Not,
    OneOf,
    Shifted,
    Term,
)


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL of type boolean, which may be NULL, and its parameters by name."""

    text: str
    values: Mapping[str, object]

    @property
    def holds(self) -> str:
        """SQL that is true exactly where the condition holds, and false elsewhere."""
        return f"(({self.text}) IS TRUE)"


@dataclass(slots=True)
class _Writer:
    columns: Mapping[str, str]
    prefix: str
    values: dict[str, object] = field(default_factory=dict)

    def value(self, value: object, type: str) -> str:
        name = f"{self.prefix}{len(self.values)}"
        self.values[name] = value
        return f"%({name})s::{type}"

    def node(self, node: Node) -> str:
        match node:
            case Comparison(operator, left, right):
                sign = "<>" if operator == "!=" else operator
                return f"({self.term(left)} {sign} {self.term(right)})"
            case OneOf(term, values):
                return f"({self.term(term)} IN ({', '.join(map(self.term, values))}))"
            case IsMissing(term):
                return f"({self.term(term)} IS NULL)"
            case Holds(name):
                return f"({self.columns[name]})"
            case Not(part):
                return f"(NOT {self.node(part)})"
            case All(parts):
                return f"({' AND '.join(map(self.node, parts))})"
            case Any(parts):
                return f"({' OR '.join(map(self.node, parts))})"
            case _:
                assert_never(node)

    def term(self, term: Term) -> str:
        match term:
            case FactValue(name):
                return f"({self.columns[name]})"
            case Literal(value):
                return self.value(value, _type(value))
            case Shifted(day, months, days):
                span = f"months => {self.value(months, 'int')}, days => {self.value(days, 'int')}"
                return f"({self.term(day)} + make_interval({span}))::date"
            case DaysBetween(later, earlier):
                return f"({self.term(later)} - {self.term(earlier)})"
            case _:
                assert_never(term)


def _type(value: Decimal | date | str) -> str:
    return {Decimal: "numeric", date: "date", str: "text"}[type(value)]


def to_sql(node: Node, columns: Mapping[str, str], *, prefix: str = "f") -> Sql:
    """The condition over columns.

    Args:
        columns: fact → SQL expression; numbers are integer or numeric, codes text, days date. `today`
            belongs to them where the condition speaks of it.
        prefix: begins the names of the parameters, so that several conditions fit one statement.
    """
    writer = _Writer(columns, prefix)
    text = writer.node(node)
    return Sql(text, writer.values)
