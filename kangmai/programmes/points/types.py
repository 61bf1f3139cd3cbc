"""What the register of service points speaks of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from kangmai.analytics.facts.condition import Condition
from kangmai.kernel.words import Words


class Topic(StrEnum):
    """What kinds of points belong together."""

    CHILDCARE = "childcare"
    AGEING = "ageing"
    MIND = "mind"
    TCM = "tcm"


class Holder(StrEnum):
    """Who a point of a kind is: a health institution, a place of the registry, or whoever is named."""

    INSTITUTION = "institution"
    PLACE = "place"
    NONE = "none"


class State(StrEnum):
    """How far a point is: said by itself, confirmed by the authority, stopped for a time, closed."""

    ENTERED = "entered"
    CONFIRMED = "confirmed"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class Show(StrEnum):
    """Parts of the list."""

    OPEN = "open"
    WAITING = "waiting"
    """For confirmation, or stopped."""
    LACKING = "lacking"
    """Does not fulfil a requirement."""
    TO_MEND = "to_mend"
    """A finding of an inspection is not settled."""
    EXPIRING = "expiring"
    """Its term ends, or its review is due, within 60 days or has."""
    CLOSED = "closed"


class Deed(StrEnum):
    """A step in the course of a point."""

    ENTERED = "entered"
    STATED = "stated"
    CONFIRMED = "confirmed"
    REVIEWED = "reviewed"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    CLOSED = "closed"
    INSPECTED = "inspected"


class Outcome(StrEnum):
    """What an inspection ended with."""

    GOOD = "good"
    TO_MEND = "to_mend"


class FindingState(StrEnum):
    """How far the mending of a finding is."""

    OPEN = "open"
    MENDED = "mended"
    SETTLED = "settled"


class FieldType(StrEnum):
    """What a field holds."""

    INTEGER = "integer"
    TEXT = "text"
    CHOICE = "choice"
    CODES = "codes"
    DATE = "date"
    FLAG = "flag"


Value = int | str | bool | list[str]
"""What is kept of a field, as JSON holds it; dates as 2026-03-01."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of what a field may be; `group` is the class by which several are counted."""

    id: str
    title: Words
    group: str


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is kept of a point."""

    id: str
    type: FieldType
    title: Words
    unit: Words | None
    is_required: bool
    most: int | None
    within: str
    """The field of which this one counts a part; empty where it counts none."""
    choices: Mapping[str, Choice]


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A number reckoned from fields: a percentage, a sum, or heads needed (each part rounded up)."""

    id: str
    title: Words
    percent: tuple[str, ...]
    sum: tuple[str, ...]
    heads: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a point must fulfil; `of` are the kinds of holders to which it applies, none: all."""

    id: str
    title: Words
    holds: Condition
    of: frozenset[str]


@dataclass(frozen=True, slots=True)
class Item:
    """What an inspection looks at; a serious one is mended sooner."""

    id: str
    title: Words
    is_serious: bool


@dataclass(frozen=True, slots=True)
class Base:
    """The institutions of which a share should have a point; `target` in percent."""

    id: str
    title: Words
    kinds: tuple[str, ...]
    types: tuple[str, ...]
    levels: tuple[str, ...]
    target: Decimal | None
    source: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of service point (definitions/programmes/point_kind)."""

    id: str
    title: Words
    topic: Topic
    holder: Holder
    holder_kinds: tuple[str, ...]
    partner: Words | None
    partner_kinds: tuple[str, ...]
    standing: Words
    review_months: int | None
    term: Words | None
    size: str
    used: str
    per_1000: Decimal | None
    per_1000_source: str
    bases: tuple[Base, ...]
    fields: Mapping[str, Field]
    reckoned: Mapping[str, Reckoned]
    requirements: tuple[Requirement, ...]
    items: Mapping[str, Item]
    version: str
    source: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a field as it was given."""

    field: str
    zh: str
    en: str

    def message(self, language: str) -> str:
        """What a page in `language` shows."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Judged:
    """What was said of a point: kept values, reckoned numbers, which requirements it lacks."""

    values: Mapping[str, Value]
    reckoned: Mapping[str, Decimal | None]
    lacks: tuple[str, ...]
    size: int | None
    used: int | None

    @property
    def is_able(self) -> bool:
        """Whether every requirement is fulfilled."""
        return not self.lacks


@dataclass(frozen=True, slots=True, kw_only=True)
class PointFacts:
    """Who and where a point is. Of an institution or a place of the registry only its id is given."""

    kind: str
    name: str = ""
    organization: int | None = None
    place: int | None = None
    division: str = ""
    partner: int | None = None
    address: str = ""
    phone: str = ""
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A service point as kept, with what holds of it today."""

    id: UUID
    kind: str
    name: str
    place_code: str
    organization: int | None
    place: int | None
    partner: int | None
    keeper: int | None
    holder_kind: str
    address: str
    phone: str
    state: State
    values: Mapping[str, Value]
    is_able: bool
    lacks: tuple[str, ...]
    size: int | None
    used: int | None
    stated_from: date
    confirmed_on: date | None
    review_on: date | None
    ends_on: date | None
    closed_on: date | None
    open_findings: int
    entered_by: int
    is_invented: bool
    version: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list; `next` asks for the following one, empty at the end."""

    rows: tuple[Point, ...]
    next: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What was said of a point from a day on. `is_current`: no later entry for the same day replaced it."""

    from_on: date
    values: Mapping[str, Value]
    size: int | None
    is_able: bool
    lacks: tuple[str, ...]
    is_current: bool
    account: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done with a point."""

    deed: Deed
    on: date
    note: str
    account: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """What an inspector found wrong with an item."""

    item: str
    note: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding with how far its mending is. `due_on`: the last day for it."""

    id: UUID
    point: UUID
    item: str
    note: str
    is_serious: bool
    due_on: date
    state: FindingState
    mended: str
    mended_at: datetime | None
    settled_note: str
    settled_at: datetime | None
    times_returned: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """A visit of inspectors to a point."""

    id: UUID
    on: date
    inspectors: str
    organization: int | None
    outcome: Outcome
    note: str
    account: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """The points of a kind in a county (or all of the actor's places where `county` is empty)."""

    county: str
    points: int
    confirmed: int
    able: int
    size: int
    used: int
    to_mend: int


@dataclass(frozen=True, slots=True)
class Covered:
    """How many institutions of a base there are, and how many of them have a confirmed, able point."""

    base: str
    county: str
    institutions: int
    with_point: int
    able: int
