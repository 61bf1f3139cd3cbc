"""Find, without data, where an expression cannot fit a type: unknown elements, wrong operands.

The shape of every part is worked out from the R4 definitions; where it cannot be known (a resource
of any type, a variable, JSON without definition) nothing is claimed.

Source: FHIRPath, Type Safety and Strict Evaluation, https://hl7.org/fhirpath/#type-safety-and-strict-evaluation
"""

from dataclasses import dataclass
from enum import Enum, auto

from kangmai.records.fhirpath.compiler import type_path, well_known
from kangmai.records.fhirpath.errors import ExpressionUnsound, line_and_column
from kangmai.records.fhirpath.expression import compile_expression
from kangmai.records.fhirpath.frames import Form
from kangmai.records.fhirpath.functions import FUNCTIONS
from kangmai.records.fhirpath.functions.types import Specifier, read_specifier, system_name
from kangmai.records.fhirpath.model import choice_of_key, get_type, is_resource_name
from kangmai.records.fhirpath.syntax.nodes import (
    Binary,
    Call,
    Empty,
    Index,
    Indexer,
    Literal,
    Member,
    Node,
    Polarity,
    This,
    Total,
    TypeTest,
    Variable,
)


class Fault(Enum):
    """What is wrong."""

    UNKNOWN_ELEMENT = auto()
    WRONG_TYPE = auto()
    UNORDERED = auto()  # the first of things that have no order


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault, its 0-based place and its reason in words."""

    fault: Fault
    place: int
    reason: str


@dataclass(frozen=True, slots=True)
class Shape:
    """What a part may give: FHIR types by name, System types as `System.X`; None if unknown."""

    types: frozenset[str] | None
    is_ordered: bool = True


UNKNOWN = Shape(None)
NOTHING = Shape(frozenset())
BOOLEANS = frozenset(["System.Boolean", "boolean"])
ABSTRACT = frozenset(["Resource", "DomainResource", "Element", "BackboneElement"])
MOST_NAMED = 4
PICKING = frozenset(["first", "last", "tail", "skip", "take"])
KEEPING = PICKING.union(
    ["where", "distinct", "trace", "defineVariable", "intersect", "exclude", "sort", "single"],
    ["lowBoundary", "highBoundary", "abs"],
)
RESULTS = {
    "System.Boolean": "empty exists all allTrue anyTrue allFalse anyFalse subsetOf supersetOf "
    "isDistinct not is hasValue startsWith endsWith contains matches matchesFull conformsTo "
    "memberOf comparable convertsToBoolean convertsToInteger convertsToDecimal convertsToString "
    "convertsToDate convertsToDateTime convertsToTime convertsToQuantity toBoolean",
    "System.Integer": "count length indexOf lastIndexOf toInteger ceiling floor truncate precision",
    "System.Decimal": "toDecimal sqrt exp ln log",
    "System.String": "substring upper lower trim toChars replace replaceMatches split join encode "
    "decode escape unescape toString getResourceKey getReferenceKey",
    "System.Date": "toDate today",
    "System.DateTime": "toDateTime now",
    "System.Time": "toTime timeOfDay",
    "System.Quantity": "toQuantity",
    "Extension": "extension",
}
RESULT_OF = {name: only for only, names in RESULTS.items() for name in names.split()}


def shape(*types: str) -> Shape:
    return Shape(frozenset(types))


def joined(*shapes: Shape) -> Shape:
    """What may be of any of the shapes."""
    if any(each.types is None for each in shapes):
        return UNKNOWN
    return Shape(frozenset().union(*(each.types or frozenset() for each in shapes)))


class Checker:
    """One walk through an expression; `root` is the shape of %resource and %context."""

    def __init__(self, root: Shape) -> None:
        self.root = root
        self.findings: list[Finding] = []

    def find(self, fault: Fault, place: int, reason: str) -> None:
        self.findings.append(Finding(fault, place, reason))

    def shape_of(self, node: Node, this: Shape) -> Shape:
        """The shape of a node where `$this` has the shape `this`."""
        match node:
            case Literal(value):
                return shape(f"System.{system_name(value)}")
            case Empty():
                return NOTHING
            case Variable(name):
                return self.variable(name)
            case This():
                return this
            case Index():
                return shape("System.Integer")
            case Total():
                return UNKNOWN
            case Member():
                return self.member(node, this)
            case Call():
                return self.call(node, this)
            case Indexer(source, index):
                self.shape_of(index, this)
                return self.picked(self.shape_of(source, this), node.place)
            case Polarity(_, operand):
                return self.shape_of(operand, this)
            case TypeTest(operator, operand, name):
                before = self.shape_of(operand, this)
                return shape("System.Boolean") if operator == "is" else narrowed(before, name)
            case Binary():
                return self.binary(node, this)

    def variable(self, name: str) -> Shape:
        if name in ("resource", "rootResource", "context"):
            return self.root
        return shape("System.String") if well_known(name) else UNKNOWN

    def member(self, node: Member, this: Shape) -> Shape:
        if node.source is None and is_resource_name(node.name):
            return self.type_at_start(node, this)
        source = this if node.source is None else self.shape_of(node.source, this)
        if source.types is None:
            return UNKNOWN
        found = [child_shape(name, node.name) for name in sorted(source.types)]
        known = [each for each in found if each is not None]
        if not known and source.types:
            self.find(Fault.UNKNOWN_ELEMENT, node.place, missing(source.types, node.name))
            return UNKNOWN
        return Shape(joined(*known).types, source.is_ordered)

    def type_at_start(self, node: Member, this: Shape) -> Shape:
        """`Patient` at the start of a path."""
        if this.types is None or this.types & ABSTRACT:
            return shape(node.name)
        if any(node.name in get_type(name).lineage for name in this.types):
            return this
        if any(child_shape(name, node.name) for name in this.types):
            return UNKNOWN
        reason = f"{node.name} is not {' or '.join(sorted(this.types))}"
        self.find(Fault.UNKNOWN_ELEMENT, node.place, reason)
        return UNKNOWN

    def call(self, node: Call, this: Shape) -> Shape:
        source = this if node.source is None else self.shape_of(node.source, this)
        if node.name in ("as", "ofType"):
            return narrowed(source, type_path(node.arguments[0]) or "")
        function = FUNCTIONS[node.name]
        if function.form is Form.TYPE:
            return shape(RESULT_OF[node.name])
        inner = source if function.form is Form.EXPRESSIONS else this
        arguments = [self.shape_of(argument, inner) for argument in node.arguments]
        return self.result(node, source, arguments)

    def result(self, node: Call, source: Shape, arguments: list[Shape]) -> Shape:
        """The shape of a call from those of its input and arguments."""
        match node.name:
            case name if name in PICKING:
                return self.picked(source, node.place)
            case name if name in KEEPING:
                return source
            case "select":
                return arguments[0]
            case "repeat" | "repeatAll":
                return self.repeated(node, arguments[0])
            case "union" | "combine":
                return joined(source, arguments[0])
            case "iif":
                self.demand_boolean(arguments[0], node.arguments[0])
                return joined(*arguments[1:])
            case "children" | "descendants":
                return Shape(None, is_ordered=False)
        only = RESULT_OF.get(node.name)
        return shape(only) if only else UNKNOWN

    def repeated(self, node: Call, first: Shape) -> Shape:
        """The projection is applied to its own results too."""
        again = Checker(self.root)
        return joined(first, again.shape_of(node.arguments[0], first))

    def picked(self, source: Shape, place: int) -> Shape:
        if not source.is_ordered:
            self.find(Fault.UNORDERED, place, "children() and descendants() have no order")
        return source

    def demand_boolean(self, found: Shape, node: Node) -> None:
        if found.types and not found.types & BOOLEANS:
            self.find(Fault.WRONG_TYPE, node.place, "the criterion of iif() is no Boolean")

    def binary(self, node: Binary, this: Shape) -> Shape:
        left, right = self.shape_of(node.left, this), self.shape_of(node.right, this)
        match node.operator:
            case "|":
                return joined(left, right)
            case "&":
                return shape("System.String")
            case "+" | "-" | "*" | "/" | "div" | "mod":
                return UNKNOWN
        return shape("System.Boolean")


def child_shape(type_name: str, name: str) -> Shape | None:
    """The shape of a child, None where the type has no such child."""
    fact = get_type(type_name)
    if type_name.startswith("System.") or not fact.name or type_name in ABSTRACT:
        return None if type_name.startswith("System.") else UNKNOWN
    if fact.is_primitive and name == "value":
        return UNKNOWN
    member = fact.members.get(name)
    return None if member is None else Shape(frozenset(member.keys.values()))


def narrowed(source: Shape, name: str) -> Shape:
    """The shape after `as` or `ofType`."""
    specifier: Specifier = read_specifier(name)
    if specifier.namespace == "System":
        return shape(f"System.{specifier.name}")
    if get_type(specifier.name).name:
        return shape(specifier.name)
    return UNKNOWN


def missing(types: frozenset[str], name: str) -> str:
    """Why a member cannot be there."""
    for type_name in types:
        if choice := choice_of_key(type_name, name):
            return f"{name} is written {choice.name}.ofType({choice.keys[name]})"
    if len(types) > MOST_NAMED:
        return f"none of the {len(types)} types that may stand here has an element {name}"
    return f"{' or '.join(sorted(types))} has no element {name}"


def shape_and_findings(node: Node, this: Shape, root: Shape) -> tuple[Shape, list[Finding]]:
    """The shape of an expression on `this`, and what is wrong with it."""
    checker = Checker(root)
    try:
        found = checker.shape_of(node, this)
    except RecursionError:
        return UNKNOWN, []
    return found, checker.findings


def root_shape(type_name: str) -> Shape:
    """The shape of a resource of a type; unknown where R4 has no such type."""
    return shape(type_name) if get_type(type_name).name else UNKNOWN


def find_faults(text: str, context_type: str) -> list[Finding]:
    """What is wrong with an expression on resources of a type. Raises: ExpressionUnreadable."""
    root = root_shape(context_type)
    return shape_and_findings(compile_expression(text).node, root, root)[1]


def check_expression(text: str, context_type: str) -> None:
    """Refuse an expression that cannot fit a type; a want of order alone is let pass.

    Raises: ExpressionUnreadable, ExpressionUnsound.
    """
    for finding in find_faults(text, context_type):
        if finding.fault is not Fault.UNORDERED:
            line, column = line_and_column(text, finding.place)
            raise ExpressionUnsound(
                line=line, column=column, reason=finding.reason, context_type=context_type
            )


__all__ = ["Fault", "Finding", "Shape", "check_expression", "find_faults"]
