"""What forEach, forEachOrNull and repeat go over."""

from collections.abc import Callable
from typing import Any

from kangmai.analytics.views.errors import RowRefused
from kangmai.analytics.views.paths import (
    FALL_BACK,
    Context,
    Visit,
    compiled_path,
    direct_reader,
    evaluated,
    inspected,
)
from kangmai.records.fhirpath.checker import (
    UNKNOWN,
    Shape,
    joined,
    shape_and_findings,
)
from kangmai.records.fhirpath.elements import Element
from kangmai.records.fhirpath.expression import Expression
from kangmai.records.fhirpath.model import get_type

MOST_REPEATED = 100_000
Iterate = Callable[[Any, int, Visit], list[Any]]


def iteration(path: str, place: str, context: Context) -> tuple[Iterate, Shape]:
    """What a forEach goes over, and its shape. Raises: ViewRefused."""
    expression, shape = compiled_path(path, place, context)

    def in_full(focus: Any, index: int, visit: Visit) -> list[Any]:
        return evaluated(expression, focus, index, visit, place)

    reader = direct_reader(expression, context)
    fact = get_type(reader.type_name) if reader else None
    if reader is None or fact is None or fact.is_primitive:
        return in_full, shape
    read, is_many = reader.read, reader.is_many

    def quick(focus: Any, index: int, visit: Visit) -> list[Any]:
        try:
            found = read(focus.value)
            holder = focus.holder
        except FALL_BACK:
            return in_full(focus, index, visit)
        if found is None:
            return []
        return [Element(value, fact, None, holder) for value in (found if is_many else [found])]

    return quick, shape


def repetition(paths: tuple[str, ...], place: str, context: Context) -> tuple[Iterate, Shape]:
    """What a repeat goes over: every node its paths reach, parents first. Raises: ViewRefused.

    A path need not fit every type it meets on the way (`answer.item` does not fit the
    QuestionnaireResponse it starts from), so an unknown element is no error here.
    """
    expressions = [inspected(path, place, context)[0] for path in paths]

    def below(node: Any, index: int, visit: Visit) -> list[Any]:
        return [
            child
            for expression in expressions
            for child in evaluated(expression, node, index, visit, place)
        ]

    def run(focus: Any, index: int, visit: Visit) -> list[Any]:
        found: list[Any] = []
        waiting = below(focus, index, visit)[::-1]
        while waiting:
            node = waiting.pop()
            found.append(node)
            waiting.extend(reversed(below(node, index, visit)))
            if len(found) > MOST_REPEATED:
                reason = f"repeat gave more than {MOST_REPEATED} nodes"
                raise RowRefused(resource=visit.name, place=place, reason=reason)
        return found

    return run, reached(expressions, context)


def reached(expressions: list[Expression], context: Context) -> Shape:
    """The shape of all nodes that a repeat may reach."""
    found: set[str] = set()
    waiting = [context.shape]
    while waiting:
        current = waiting.pop()
        for expression in expressions:
            for name in sorted(current.types) if current.types is not None else [None]:
                start = UNKNOWN if name is None else Shape(frozenset([name]))
                shape, findings = shape_and_findings(expression.node, start, context.root)
                if findings:
                    continue
                if shape.types is None:
                    return UNKNOWN
                if fresh := shape.types - found:
                    found |= fresh
                    waiting.append(Shape(frozenset(fresh)))
    return joined(Shape(frozenset(found)))
