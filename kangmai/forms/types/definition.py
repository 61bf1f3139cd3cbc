"""A form as its definition says it.

Words for people are mappings of `zh` and `en`. A `link id` names an item within its form; a `place`
names one input of it: the link id itself, or `drugs.0.dose` for an item of a row of a repeating group.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from kangmai.kernel.actor import Label

Words = Mapping[str, str]
Given = Mapping[str, str | Sequence[str]]
"""What a page or a program sends: place → text, or a list of codes for a multiple choice."""


class ItemKind(StrEnum):
    """What an item is: the first two are never answered."""

    GROUP = "group"
    DISPLAY = "display"
    BOOLEAN = "boolean"
    DECIMAL = "decimal"
    INTEGER = "integer"
    QUANTITY = "quantity"
    DATE = "date"
    TEXT = "text"
    CHOICE = "choice"
    OPEN_CHOICE = "open_choice"
    MULTIPLE_CHOICE = "multiple_choice"


NUMBERS = frozenset({ItemKind.DECIMAL, ItemKind.INTEGER, ItemKind.QUANTITY})
CHOICES = frozenset({ItemKind.CHOICE, ItemKind.OPEN_CHOICE, ItemKind.MULTIPLE_CHOICE})


@dataclass(frozen=True, slots=True)
class Choice:
    """A coded answer; an answer in words to an open choice has no code."""

    code: str
    text: str = ""


Value = Decimal | int | date | str | bool | Choice
Row = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Code:
    """What an item means in a code system."""

    system: str
    code: str
    display: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers that a choice offers; an exclusive one stands alone among several.

    `codes` are what the same is called elsewhere, by laboratories for example.
    """

    system: str
    code: str
    words: Words
    is_exclusive: bool = False
    codes: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit by its UCUM code and as people read it."""

    code: str
    words: Words
    quantity: str = ""
    """What is measured, where conversions depend on it (glucose, haemoglobin-a1c)."""


class DayUnit(StrEnum):
    """Units of calendar spans, by UCUM."""

    YEAR = "a"
    MONTH = "mo"
    DAY = "d"


@dataclass(frozen=True, slots=True)
class Span:
    """A number of whole calendar units."""

    count: int
    unit: DayUnit


@dataclass(frozen=True, slots=True)
class DayLimit:
    """A day counted from the day of entry: `today - 90 d` has a span of 90 days before it."""

    before: Span
    is_after: bool = False


Limit = Decimal | DayLimit


@dataclass(frozen=True, slots=True)
class Range:
    """The lowest and the highest value that passes, each of which may be absent."""

    low: Limit | None = None
    high: Limit | None = None


class Operator(StrEnum):
    """How an item's answer is compared; the operators of FHIR's enableWhen."""

    EXISTS = "exists"
    EQUAL = "="
    NOT_EQUAL = "!="
    GREATER = ">"
    LESS = "<"
    GREATER_OR_EQUAL = ">="
    LESS_OR_EQUAL = "<="


@dataclass(frozen=True, slots=True)
class Condition:
    """An item is asked only where another's answer compares so; `answer` is text as it would be typed."""

    question: str
    operator: Operator
    answer: str


@dataclass(frozen=True, slots=True)
class Prefill:
    """What may be proposed for an item.

    `max_age_days` is how old it may be on the day of entry, `is_own_only` keeps to what the filler's
    own institution measured, `is_previous` takes the latest answer to the same form instead, and
    `is_filler` the name of whoever fills it in.
    """

    max_age_days: int
    is_own_only: bool = False
    is_previous: bool = False
    is_filler: bool = False

    @property
    def is_measured(self) -> bool:
        """Whether it comes from the Observations of the record."""
        return not (self.is_previous or self.is_filler)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a form; a group holds items, everything else is answered or read.

    `extract` is the category of the Observation made of it, empty for none; `effective_item` names the
    item that says when it was measured, where that may be another day than the form's.
    """

    link_id: str
    kind: ItemKind
    title: Words
    help: Words
    unit: Unit | None
    codes: tuple[Code, ...]
    is_required: bool
    required_when: str
    refuse: Range
    warn: Range
    decimals: int | None
    max_length: int
    options: tuple[Option, ...]
    enable_when: tuple[Condition, ...]
    is_any_enough: bool
    calculate: str
    prefill: Prefill | None
    extract: str
    effective_item: str
    max_rows: int
    items: tuple["Item", ...]
    is_verified: bool

    @property
    def is_repeating(self) -> bool:
        """Whether it is a group that is filled in several times."""
        return self.max_rows > 1

    @property
    def is_answered(self) -> bool:
        """Whether people, or a calculation, answer it."""
        return self.kind not in (ItemKind.GROUP, ItemKind.DISPLAY)

    def option(self, code: str) -> Option | None:
        """The option of a code."""
        return next((each for each in self.options if each.code == code), None)


@dataclass(frozen=True, slots=True)
class Constraint:
    """What must hold between answers: an expression that is not false, and what people read where it is."""

    id: str
    expression: str
    items: tuple[str, ...]
    message: Words
    is_warning: bool


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a form is for: from an age up to but not including another, and of which sex (all where empty)."""

    age_from: Span | None
    age_before: Span | None
    sex_codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Form:
    """One dated version of a form."""

    id: str
    version: date
    version_to: date | None
    title: Words
    source: str
    status: str
    is_verified: bool
    effective_item: str
    audience: Audience
    items: tuple[Item, ...]
    constraints: tuple[Constraint, ...]
    by_link_id: Mapping[str, Item] = field(repr=False)
    parents: Mapping[str, str] = field(repr=False)
    """Link id of an item → link id of the group around it."""
    label: Label = Label.NORMAL
    """Who does not see this label sees neither the answers nor what is extracted from them."""
    shares_with: tuple[str, ...] = ()
    """Forms whose latest answers to items of the same link id are proposed like those to this one."""

    def item(self, link_id: str) -> Item:
        """The item. Raises: KeyError."""
        return self.by_link_id[link_id]

    @property
    def leaves(self) -> tuple[Item, ...]:
        """Every item that is answered, in order; those of repeating groups included."""
        return tuple(item for item in self.by_link_id.values() if item.is_answered)

    def walk(self) -> Iterator[Item]:
        """Every item from the first to the last, groups before what they hold; rows are not entered."""
        yield from _walk(self.items)


def _walk(items: tuple[Item, ...]) -> Iterator[Item]:
    for item in items:
        yield item
        if not item.is_repeating:
            yield from _walk(item.items)
