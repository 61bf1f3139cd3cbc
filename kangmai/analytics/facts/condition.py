"""A condition as other rooms hold one: read once, asked of one row or of a table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from kangmai.analytics.facts.nodes import Node
from kangmai.analytics.facts.parser import parse
from kangmai.analytics.facts.to_python import Row, Truth, to_python
from kangmai.analytics.facts.to_sql import Sql, to_sql
from kangmai.analytics.facts.types import Vocabulary


@dataclass(frozen=True, slots=True)
class Condition:
    """A checked condition."""

    text: str
    node: Node = field(repr=False)
    truth: Callable[[Row], Truth] = field(repr=False)

    def holds(self, row: Row) -> bool:
        """Whether it is true of a row, which has every fact it names (None where missing)."""
        return self.truth(row) is True

    def sql(self, columns: Mapping[str, str], *, prefix: str = "f") -> Sql:
        """It over columns, see `to_sql`."""
        return to_sql(self.node, columns, prefix=prefix)


def condition(text: str, vocabulary: Vocabulary) -> Condition:
    """Read a condition.

    Raises:
        ConditionIncorrect: what is wrong, with line and character.
    """
    node = parse(text, vocabulary)
    return Condition(text, node, to_python(node))


def with_terms(vocabulary: Vocabulary, terms: Mapping[str, str]) -> Vocabulary:
    """The vocabulary with named conditions added, each of which may use those before it.

    Raises:
        ConditionIncorrect: of the first that is wrong.
    """
    for name, text in terms.items():
        known = {**vocabulary.terms, name: parse(text, vocabulary)}
        vocabulary = Vocabulary(vocabulary.facts, known)
    return vocabulary
