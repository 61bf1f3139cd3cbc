"""The parts of a read FHIRPath expression. `place` is the 0-based offset in the text.

Source: FHIRPath 2.0.0 and 3.0.0 (draft), grammar, https://hl7.org/fhirpath/grammar.html
"""

from dataclasses import dataclass

from kangmai.records.fhirpath.values.quantity import Quantity
from kangmai.records.fhirpath.values.temporal import Date, DateTime, Time

LiteralValue = bool | int | str | object | Date | DateTime | Time | Quantity


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written in the expression."""

    value: LiteralValue
    place: int


@dataclass(frozen=True, slots=True)
class Empty:
    """The empty collection, `{}`."""

    place: int


@dataclass(frozen=True, slots=True)
class Variable:
    """`%name`."""

    name: str
    place: int


@dataclass(frozen=True, slots=True)
class This:
    """`$this`."""

    place: int


@dataclass(frozen=True, slots=True)
class Index:
    """`$index`."""

    place: int


@dataclass(frozen=True, slots=True)
class Total:
    """`$total`."""

    place: int


@dataclass(frozen=True, slots=True)
class Member:
    """`source.name`, or `name` on the current item where there is no source."""

    source: "Node | None"
    name: str
    place: int


@dataclass(frozen=True, slots=True)
class Call:
    """`source.name(arguments)`, or `name(arguments)` on the current item."""

    source: "Node | None"
    name: str
    arguments: tuple["Node", ...]
    place: int


@dataclass(frozen=True, slots=True)
class Indexer:
    """`source[index]`."""

    source: "Node"
    index: "Node"
    place: int


@dataclass(frozen=True, slots=True)
class Polarity:
    """`-operand` or `+operand`."""

    sign: str
    operand: "Node"
    place: int


@dataclass(frozen=True, slots=True)
class Binary:
    """`left operator right`."""

    operator: str
    left: "Node"
    right: "Node"
    place: int


@dataclass(frozen=True, slots=True)
class TypeTest:
    """`operand is Type` or `operand as Type`; `type_name` may be qualified."""

    operator: str
    operand: "Node"
    type_name: str
    place: int


Node = (
    Literal
    | Empty
    | Variable
    | This
    | Index
    | Total
    | Member
    | Call
    | Indexer
    | Polarity
    | Binary
    | TypeTest
)
