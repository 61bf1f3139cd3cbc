"""Turn the nodes of an expression into Python functions, once, to be called many times.

A node becomes a function of the Frame; a node that stands behind a source becomes a step from the
source's collection. Every step that can meet a misuse tells its place on the way up.
"""

from collections.abc import Callable
from typing import assert_never

from kangmai.records.fhirpath.elements import Collection, Element, TypeName, members
from kangmai.records.fhirpath.errors import Misuse
from kangmai.records.fhirpath.frames import Compiled, Form, Frame, Function
from kangmai.records.fhirpath.functions import FUNCTIONS
from kangmai.records.fhirpath.functions.subsetting import number
from kangmai.records.fhirpath.functions.types import Specifier, read_specifier
from kangmai.records.fhirpath.model import is_resource_name
from kangmai.records.fhirpath.operators import LAZY, operator_of
from kangmai.records.fhirpath.syntax.lexer import misuse
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
from kangmai.records.fhirpath.values import arithmetic
from kangmai.records.fhirpath.values.comparison import singleton

URLS = {
    "ucum": "http://unitsofmeasure.org",
    "sct": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
}
PREFIXED_URLS = {
    "vs-": "http://hl7.org/fhir/ValueSet/",
    "ext-": "http://hl7.org/fhir/StructureDefinition/",
}


def compiled(node: Node) -> Compiled:
    """The function of a node. Raises: Misuse, with its place, for what cannot be compiled."""
    match node:
        case Literal(value):
            constant = [value]
            return lambda frame: constant
        case Empty():
            return lambda frame: []
        case Variable(name):
            return placed(variable(name), node.place)
        case This():
            return lambda frame: frame.this
        case Index():
            return lambda frame: [] if frame.index is None else [frame.index]
        case Total():
            return lambda frame: frame.total
        case Member(source, name):
            return member(source, name)
        case Call():
            return call(node)
        case Indexer(source, index):
            return placed(indexer(compiled(source), compiled(index)), node.place)
        case Polarity(sign, operand):
            return placed(polarity(sign, compiled(operand)), node.place)
        case Binary():
            return binary(node)
        case TypeTest():
            return type_test(node)
    assert_never(node)


def placed(run: Compiled, place: int) -> Compiled:
    """The same function, whose misuses tell the place."""

    def guarded(frame: Frame) -> Collection:
        try:
            return run(frame)
        except Misuse as trouble:
            if trouble.place is None:
                trouble.place = place
            raise

    return guarded


def source_of(source: Node | None) -> Compiled:
    """What stands before a step; without it, the current item."""
    return (lambda frame: frame.this) if source is None else compiled(source)


def member(source: Node | None, name: str) -> Compiled:
    """A member; at the start of a path also the name of the current resource's type."""
    if source is None and name[0].isupper() and is_resource_name(name):
        return root_or_member(name)
    if source is None or isinstance(source, This):
        return lambda frame: members_of(frame.this, name)
    first = compiled(source)
    return lambda frame: members_of(first(frame), name)


def members_of(focus: Collection, name: str) -> Collection:
    found: Collection = []
    for item in focus:
        if item.__class__ is Element:
            members(item, name, found)
        elif item.__class__ is TypeName and name in ("namespace", "name"):
            found.append(getattr(item, name))
    return found


def root_or_member(name: str) -> Compiled:
    """`Patient` at the start of a path: the item itself if it is a Patient."""

    def run(frame: Frame) -> Collection:
        this = frame.this
        if this and this[0].__class__ is Element and name in this[0].fact.lineage:
            return this
        return members_of(this, name)

    return run


def variable(name: str) -> Compiled:
    """An environment variable. Raises when run: Misuse if nobody defined it."""
    if constant := well_known(name):
        return lambda frame: constant

    def run(frame: Frame) -> Collection:
        if name in frame.variables:
            return frame.variables[name]
        given = frame.run
        match name:
            case "resource":
                return [given.resource]
            case "rootResource":
                return [given.root]
            case "context":
                return given.context
        if name in given.variables:
            return given.variables[name]
        raise Misuse(f"%{name} is not defined")

    return run


def well_known(name: str) -> Collection | None:
    """The content of a variable that the specification fixes."""
    if name in URLS:
        return [URLS[name]]
    for prefix, url in PREFIXED_URLS.items():
        if name.startswith(prefix):
            return [url + name.removeprefix(prefix)]
    return None


def indexer(source: Compiled, index: Compiled) -> Compiled:
    def run(frame: Frame) -> Collection:
        place = number(index(frame))
        focus = source(frame)
        return [focus[place]] if place is not None and 0 <= place < len(focus) else []

    return run


def polarity(sign: str, operand: Compiled) -> Compiled:
    def run(frame: Frame) -> Collection:
        value = singleton(operand(frame))
        if value is None:
            return []
        negative = arithmetic.negative(value)
        return [negative if sign == "-" else value]

    return run


def call(node: Call) -> Compiled:
    """A function call. Raises: Misuse for a name or number of arguments that does not exist."""
    function = FUNCTIONS.get(node.name)
    if function is None:
        raise misuse(f"there is no function {node.name}()", node.place)
    if not function.fewest <= len(node.arguments) <= function.most:
        raise misuse(f"{node.name}() takes {arity(function)}", node.place)
    return placed(invocation(function, node), node.place)


def arity(function: Function) -> str:
    if function.fewest == function.most:
        return f"{function.fewest} argument{'s' * (function.fewest != 1)}"
    return f"{function.fewest} to {function.most} arguments"


def invocation(function: Function, node: Call) -> Compiled:
    """How a function is run on its input, by the form of its arguments."""
    run, first = function.run, source_of(node.source)
    match function.form:
        case Form.TYPE:
            specifiers = [specifier(argument) for argument in node.arguments]
            return lambda frame: run(first(frame), frame, *specifiers)
        case Form.EXPRESSIONS:
            expressions = [lazy_argument(node.name, argument) for argument in node.arguments]
            return lambda frame: run(first(frame), frame, *expressions)
        case Form.VALUES:
            return on_collections(run, first, [compiled(each) for each in node.arguments])
    assert_never(function.form)


def on_collections(
    run: Callable[..., Collection], first: Compiled, arguments: list[Compiled]
) -> Compiled:
    """A function whose arguments are evaluated on the current item."""
    match arguments:
        case []:
            return lambda frame: run(first(frame))
        case [only]:
            return lambda frame: run(first(frame), only(frame))
    return lambda frame: run(first(frame), *[argument(frame) for argument in arguments])


def lazy_argument(function: str, node: Node) -> Compiled:
    """An argument the function evaluates itself; a key of sort() may be descending."""
    if function == "sort" and isinstance(node, Polarity) and node.sign == "-":
        key = compiled(node.operand)

        def descending(frame: Frame) -> Collection:
            return key(frame)

        descending.descending = True  # type: ignore[attr-defined]
        return descending
    return compiled(node)


def specifier(node: Node) -> Specifier:
    """An argument that names a type, bare or as text. Raises: Misuse, with its place."""
    name = type_path(node)
    if name is None:
        raise misuse("a type is expected", node.place)
    try:
        return read_specifier(name)
    except Misuse as trouble:
        trouble.place = node.place
        raise


def type_path(node: Node) -> str | None:
    """`FHIR.Patient` as text, or None where the node is no name."""
    match node:
        case Member(None, name):
            return name
        case Member(source, name) if source is not None:
            before = type_path(source)
            return before and f"{before}.{name}"
        case Literal(str(name)):
            return name
    return None


def type_test(node: TypeTest) -> Compiled:
    """`is` and `as` as operators."""
    return call(
        Call(node.operand, node.operator, (Literal(node.type_name, node.place),), node.place)
    )


def binary(node: Binary) -> Compiled:
    left, right = compiled(node.left), compiled(node.right)
    if node.operator in LAZY:
        return placed(LAZY[node.operator](left, right), node.place)
    operate = operator_of(node.operator)
    return placed(lambda frame: operate(left(frame), right(frame)), node.place)
