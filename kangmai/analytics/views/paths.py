"""The paths of a view: read, checked against the type they stand on, evaluated in full or directly.

A direct read of the JSON (`records.fhirpath.direct`) is tried first where a path has one; what it
does not expect is evaluated in full.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from kangmai.analytics.views.errors import RowRefused, ViewRefused
from kangmai.records.fhirpath.checker import (
    Fault,
    Shape,
    shape_and_findings,
)
from kangmai.records.fhirpath.compiler import well_known
from kangmai.records.fhirpath.direct import UNEXPECTED, Direct, Indirect, Scope, direct
from kangmai.records.fhirpath.elements import Element
from kangmai.records.fhirpath.errors import ExpressionRefused, line_and_column
from kangmai.records.fhirpath.expression import Expression, compile_expression
from kangmai.records.fhirpath.frames import Frame, Resolver, Run
from kangmai.records.fhirpath.model import TypeFact, get_type
from kangmai.records.fhirpath.syntax.nodes import Call, Literal, Node, Variable

ROW_INDEX = "rowIndex"
OWN_VARIABLES = frozenset(["resource", "rootResource", "context", ROW_INDEX])
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


@dataclass(frozen=True, slots=True)
class Context:
    """What a path is compiled against: the shape it stands on, the root, the constants.

    `notes` collects what is odd about the view but does not forbid to run it.
    """

    shape: Shape
    root: Shape
    constants: Mapping[str, Element]
    notes: list[str] = field(default_factory=list)

    def on(self, shape: Shape) -> "Context":
        """The same view, standing on another shape."""
        return replace(self, shape=shape)

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
            reason = fault_at(path, *line_and_column(path, finding.place), finding.reason)
            raise ViewRefused(place=place, reason=reason)
    return expression, found


def inspected(path: str, place: str, context: Context) -> tuple[Expression, Shape, list[Any]]:
    """A path, its shape and what is wrong with it. Raises: ViewRefused if it cannot be read."""
    try:
        expression = compile_expression(path)
    except ExpressionRefused as error:
        raise ViewRefused(place=place, reason=fault_of(path, error)) from None
    check_variables(expression.node, place, context)
    return expression, *shape_and_findings(expression.node, context.shape, context.root)


def fault_of(path: str, error: ExpressionRefused) -> str:
    """What is wrong with a path, and where in it."""
    said = error.details
    return fault_at(path, said["line"], said["column"], said["reason"])


def fault_at(path: str, line: Any, column: Any, reason: Any) -> str:
    return f"in {path!r}, line {line}, column {column}: {reason}"


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
        reason = fault_of(expression.text, error)
        raise RowRefused(resource=visit.name, place=place, reason=reason) from None
