"""The door of this package: compile an expression once, evaluate it on many resources."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from kangmai.records.fhirpath.compiler import compiled
from kangmai.records.fhirpath.elements import (
    Collection,
    Element,
    decimal_value,
    fact_of,
    plain,
    root_element,
)
from kangmai.records.fhirpath.errors import (
    ExpressionFailed,
    ExpressionRefused,
    ExpressionUnreadable,
    Misuse,
    line_and_column,
)
from kangmai.records.fhirpath.frames import (
    NO_VARIABLES,
    Compiled,
    Frame,
    Membership,
    Resolver,
    Run,
    Tracer,
)
from kangmai.records.fhirpath.model import get_type
from kangmai.records.fhirpath.syntax.nodes import Node
from kangmai.records.fhirpath.syntax.parser import parse

TOO_DEEP = Misuse("the expression or the data is nested too deeply")


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled FHIRPath expression."""

    text: str
    node: Node
    run: Compiled

    def evaluate(
        self,
        resource: Any,
        *,
        variables: Mapping[str, Any] | None = None,
        resolver: Resolver | None = None,
        is_member: Membership | None = None,
        trace: Tracer | None = None,
        at: datetime | None = None,
    ) -> list[Any]:
        """The result as JSON values: numbers, texts, Booleans, and dicts for complex types.

        `resource` is a dict as `reading.read_json` gives it; `variables` may hold single values or
        lists; `resolver` fetches references, `is_member` answers memberOf(), `trace` hears
        trace(), `at` (aware) is the moment for now() and today().
        Elements that have only extensions have no JSON value and are left out.

        Raises: ExpressionFailed.
        """
        items = self.items(
            root_element(resource),
            variables=variables,
            resolver=resolver,
            is_member=is_member,
            trace=trace,
            at=at,
        )
        return [value for value in map(plain, items) if value is not None]

    def items(
        self,
        root: Element,
        *,
        variables: Mapping[str, Any] | None = None,
        resolver: Resolver | None = None,
        is_member: Membership | None = None,
        trace: Tracer | None = None,
        at: datetime | None = None,
    ) -> Collection:
        """As `evaluate`, from an element, to elements and System values that know their types.

        Raises: ExpressionFailed.
        """
        run = Run(
            resource=root,
            root=root,
            context=[root],
            at=at,
            resolver=resolver,
            is_member=is_member,
            trace=trace,
            variables=collections(variables) if variables else NO_VARIABLES,
        )
        return self.in_frame(Frame(run, run.context))

    def in_frame(self, frame: Frame) -> Collection:
        """The result in a frame that the caller keeps. Raises: ExpressionFailed."""
        try:
            return self.run(frame)
        except Misuse as trouble:
            raise refusal(ExpressionFailed, self.text, trouble) from None
        except RecursionError:
            raise refusal(ExpressionFailed, self.text, TOO_DEEP) from None


def collections(variables: Mapping[str, Any]) -> dict[str, Collection]:
    """Variables as collections: a list stands for its items, None for nothing."""
    return {
        name: [item(part) for part in value] if isinstance(value, list) else as_items(value)
        for name, value in variables.items()
    }


def as_items(value: Any) -> Collection:
    return [] if value is None else [item(value)]


def item(value: Any) -> Any:
    """A variable's value as an item: JSON objects become elements, the rest stays."""
    if isinstance(value, dict):
        return root_element(value)
    return decimal_value(value) if isinstance(value, float) else value


def typed(value: Any, type_name: str) -> Element:
    """A JSON value as an element of a FHIR type, to stand as a variable or as a root."""
    return Element(value, get_type(type_name), None, value)


def types_of(items: Iterable[Any]) -> Iterator[str]:
    """The FHIR or System type of each item."""
    for each in items:
        yield each.fact.name if isinstance(each, Element) else type(each).__name__


def refusal(kind: type[ExpressionRefused], text: str, trouble: Misuse) -> ExpressionRefused:
    """A misuse as the error that callers see."""
    line, column = line_and_column(text, trouble.place or 0)
    return kind(line=line, column=column, reason=trouble.reason)


@lru_cache(maxsize=4096)
def compile_expression(text: str) -> Expression:
    """The compiled expression of a text; the same text is compiled once.

    Raises: ExpressionUnreadable.
    """
    try:
        node = parse(text)
        return Expression(text, node, compiled(node))
    except Misuse as trouble:
        raise refusal(ExpressionUnreadable, text, trouble) from None
    except RecursionError:
        raise refusal(ExpressionUnreadable, text, TOO_DEEP) from None


__all__ = ["Expression", "compile_expression", "fact_of", "typed", "types_of"]
