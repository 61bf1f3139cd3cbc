"""Compile the paths of a view: columns, what is iterated, and where.

Each path is checked against the type it stands on, then compiled twice: in full, and as a direct
read of the JSON where that gives the same. The direct read is tried first.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from kangmai.analytics.views.definition import Column
from kangmai.analytics.views.errors import RowRefused, ViewRefused
from kangmai.records.fhirpath.checker import (
    BOOLEANS,
    UNKNOWN,
    Fault,
    Shape,
    joined,
    shape_and_findings,
)
from kangmai.records.fhirpath.compiler import well_known
from kangmai.records.fhirpath.direct import UNEXPECTED, Direct, Indirect, Scope, direct
from kangmai.records.fhirpath.elements import Element, plain, system_value
from kangmai.records.fhirpath.errors import ExpressionRefused, line_and_column
from kangmai.records.fhirpath.expression import Expression, compile_expression
from kangmai.records.fhirpath.frames import Frame, Resolver, Run
from kangmai.records.fhirpath.model import TypeFact, get_type
from kangmai.records.fhirpath.nodes import Call, Literal, Node, Variable

ROW_INDEX = "rowIndex"
OWN_VARIABLES = frozenset(["resource", "rootResource", "context", ROW_INDEX])
MOST_REPEATED = 100_000
FALL_BACK = (*UNEXPECTED, Indirect)


class Visit:
    """One resource on its way through a view."""

    def __init__(
        self,
        root: Element,
        constants: Mapping[str, list[Any]],
        resolver: Resolver | None,
        at: datetime | None,
    ) -> None:
        self.root = root
        self.constants = constants
        self.resolver = resolver
        self.at = at

    @cached_property
    def run(self) -> Run:
        return Run(
            resource=self.root,
            root=self.root,
            context=[self.root],
            at=self.at,
            resolver=self.resolver,
            variables=self.constants,
        )

    @property
    def name(self) -> str:
        """The resource as messages name it."""
        return f"{self.root.value.get('resourceType')}/{self.root.value.get('id', '(no id)')}"


Extract = Callable[[Any, int, Visit], Any]
Iterate = Callable[[Any, int, Visit], list[Any]]


@dataclass(frozen=True, slots=True)
class Context:
    """What a path is compiled against: the shape it stands on, the root, the constants."""

    shape: Shape
    root: Shape
    constants: Mapping[str, Element]

    @property
    def fact(self) -> TypeFact | None:
        """The one type the path stands on, if it is one."""
        types = self.shape.types
        return get_type(next(iter(types))) if types is not None and len(types) == 1 else None


def compiled_path(path: str, place: str, context: Context) -> tuple[Expression, Shape]:
    """A path and the shape it gives. Raises: ViewRefused where it cannot fit."""
    expression, found, findings = inspected(path, place, context)
    for finding in findings:
        if finding.fault is not Fault.UNORDERED:
            line, column = line_and_column(path, finding.place)
            reason = f"in {path!r}, line {line}, column {column}: {finding.reason}"
            raise ViewRefused(place=place, reason=reason)
    return expression, found


def inspected(path: str, place: str, context: Context) -> tuple[Expression, Shape, list[Any]]:
    """A path, its shape and what is wrong with it. Raises: ViewRefused if it cannot be read."""
    try:
        expression = compile_expression(path)
    except ExpressionRefused as error:
        raise ViewRefused(place=place, reason=f"in {path!r}: {error}") from None
    check_variables(expression.node, place, context)
    return expression, *shape_and_findings(expression.node, context.shape, context.root)


def check_variables(node: Node, place: str, context: Context) -> None:
    """Every `%name` is a constant or has a meaning of its own. Raises: ViewRefused."""
    nodes = list(parts(node))
    defined = {
        str(call.arguments[0].value)
        for call in nodes
        if isinstance(call, Call) and call.name == "defineVariable"
        if isinstance(call.arguments[0], Literal)
    }
    for part in nodes:
        if isinstance(part, Variable) and not (
            part.name in OWN_VARIABLES | defined | context.constants.keys() or well_known(part.name)
        ):
            raise ViewRefused(place=place, reason=f"the constant %{part.name} is not defined")


def parts(node: Any) -> Iterator[Node]:
    """A node and all below it."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, tuple):
            waiting.extend(current)
        elif hasattr(current, "place"):
            yield current
            waiting.extend(getattr(current, name) for name in current.__slots__)


def direct_reader(expression: Expression, context: Context) -> Direct | None:
    if context.fact is None:
        return None
    return direct(expression.node, Scope(context.fact, context.constants))


def evaluated(
    expression: Expression, focus: Any, index: int, visit: Visit, place: str
) -> list[Any]:
    """A path in full. Raises: RowRefused."""
    frame = Frame(visit.run, [focus], {ROW_INDEX: [index]})
    try:
        return expression.in_frame(frame)
    except ExpressionRefused as error:
        raise RowRefused(resource=visit.name, place=place, reason=str(error)) from None


def column_extract(column: Column, context: Context) -> Extract:
    """The value of a column. Raises: ViewRefused."""
    place = f"{column.place} ({column.name})"
    expression, _ = compiled_path(column.path, place, context)

    def in_full(focus: Any, index: int, visit: Visit) -> Any:
        items = evaluated(expression, focus, index, visit, place)
        values = [value for value in map(plain, items) if value is not None]
        return values if column.is_collection else only(values, visit, place)

    reader = direct_reader(expression, context)
    if reader is None:
        return in_full
    if column.is_collection:
        return quick_collection(reader, in_full)
    return quick_many(reader, in_full, place) if reader.is_many else quick_one(reader, in_full)


def only(values: list[Any], visit: Visit, place: str) -> Any:
    """The one value, or None. Raises: RowRefused for more."""
    if len(values) > 1:
        reason = f"{len(values)} values where one is allowed (collection is not true)"
        raise RowRefused(resource=visit.name, place=place, reason=reason)
    return values[0] if values else None


def quick_one(reader: Direct, in_full: Extract) -> Extract:
    read = reader.read

    def run(focus: Any, index: int, visit: Visit) -> Any:
        try:
            value = read(focus.value)
        except FALL_BACK:
            return in_full(focus, index, visit)
        return value if value.__class__ is not list else in_full(focus, index, visit)

    return run


def quick_many(reader: Direct, in_full: Extract, place: str) -> Extract:
    read = reader.read

    def run(focus: Any, index: int, visit: Visit) -> Any:
        try:
            values = read(focus.value)
        except FALL_BACK:
            return in_full(focus, index, visit)
        return only(values, visit, place)

    return run


def quick_collection(reader: Direct, in_full: Extract) -> Extract:
    read = reader.read

    def run(focus: Any, index: int, visit: Visit) -> Any:
        try:
            value = read(focus.value)
        except FALL_BACK:
            return in_full(focus, index, visit)
        if value.__class__ is list:
            return value
        return [] if value is None else [value]

    return run


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

    def run(focus: Any, index: int, visit: Visit) -> list[Any]:
        found: list[Any] = []
        waiting = [focus]
        while waiting:
            current = waiting.pop()
            children = [
                child
                for expression in expressions
                for child in evaluated(expression, current, index, visit, place)
            ]
            if current is not focus:
                found.append(current)
            waiting.extend(reversed(children))
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


def condition(path: str, place: str, context: Context) -> Callable[[Visit], bool]:
    """A where: whether a resource is wanted. Raises: ViewRefused if it can never be a Boolean."""
    expression, shape = compiled_path(path, place, context)
    if shape.types and not shape.types & BOOLEANS:
        raise ViewRefused(place=place, reason=f"{path!r} is no Boolean")

    def in_full(visit: Visit) -> bool:
        items = evaluated(expression, visit.root, 0, visit, place)
        values = [system_value(item) for item in items]
        if len(values) > 1 or (values and not isinstance(values[0], bool | None)):
            raise RowRefused(resource=visit.name, place=place, reason=f"{path!r} is no Boolean")
        return bool(values and values[0])

    reader = direct_reader(expression, context)
    if reader is None or reader.is_many or reader.type_name != "boolean":
        return in_full
    read = reader.read

    def quick(visit: Visit) -> bool:
        try:
            return read(visit.root.value) is True
        except FALL_BACK:
            return in_full(visit)

    return quick
