"""Which parts of a condition speak of some facts alone."""

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


def conjuncts(node: Node) -> tuple[Node, ...]:
    """The parts that must all hold."""
    return node.parts if isinstance(node, All) else (node,)


def names(node: Node | Term) -> frozenset[str]:
    """The facts that it asks for."""
    match node:
        case FactValue(name) | Holds(name):
            return frozenset((name,))
        case Literal():
            return frozenset()
        case OneOf(term) | IsMissing(term) | Shifted(term):
            return names(term)
        case Comparison(_, left, right) | DaysBetween(left, right):
            return names(left) | names(right)
        case Not(part):
            return names(part)
        case All(parts) | Any(parts):
            return frozenset().union(*map(names, parts))
        case _:
            assert_never(node)
