"""A checked condition as a tree: what the parser makes and the two compilers walk."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class FactValue:
    """The value of a fact."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, day or code as written; units are checked and gone."""

    value: Decimal | date | str


@dataclass(frozen=True, slots=True)
class Shifted:
    """A day so many months and days later; a day that a month does not have becomes its last."""

    day: "Term"
    months: int
    days: int


@dataclass(frozen=True, slots=True)
class DaysBetween:
    """How many days `later` lies after `earlier`."""

    later: "Term"
    earlier: "Term"


Term = FactValue | Literal | Shifted | DaysBetween


@dataclass(frozen=True, slots=True)
class Comparison:
    """`operator` is one of = != < <= > >=."""

    operator: str
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class OneOf:
    """A term equals one of several literals."""

    term: Term
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class IsMissing:
    """A term has no value; itself never unknown."""

    term: Term


@dataclass(frozen=True, slots=True)
class Holds:
    """A boolean fact."""

    name: str


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; unknown stays unknown."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class All:
    """False if a part is false, else unknown if one is unknown."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """True if a part is true, else unknown if one is unknown."""

    parts: tuple["Node", ...]


Node = Comparison | OneOf | IsMissing | Holds | Not | All | Any
