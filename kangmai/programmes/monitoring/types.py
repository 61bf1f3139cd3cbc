"""What this room speaks of: kinds of cards as data, cards, their checks, reviews with opinions, who opened them."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from kangmai.analytics.facts.condition import Condition
from kangmai.analytics.facts.types import Fact
from kangmai.forms.types import Answers, Form
from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.kernel.words import Words


class State(StrEnum):
    """Where a card stands: reported by the institution, checked by the county, then by the city."""

    REPORTED = "reported"
    RETURNED = "returned"
    COUNTY = "county"
    CITY = "city"
    VOID = "void"


class Deed(StrEnum):
    """What was done with a card."""

    REPORTED = "reported"
    CORRECTED = "corrected"
    CHECKED = "checked"
    RETURNED = "returned"
    VOIDED = "voided"


class Level(StrEnum):
    """Who reviews a death."""

    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"


class ReviewState(StrEnum):
    """Where a review stands."""

    CALLED = "called"
    CONCLUDED = "concluded"


class Show(StrEnum):
    """Which cards of a list."""

    WAITING = "waiting"
    """Wait for the actor's next step: returned to him, or for his check."""
    ALL = "all"
    VOID = "void"


class Purpose(StrEnum):
    """Why a card was opened."""

    OPENED = "opened"
    PRINTED = "printed"
    REVIEWED = "reviewed"
    """By an expert, without the name."""


@dataclass(frozen=True, slots=True)
class AnswerFact:
    """A fact read from an item of the form; `any_of` makes a boolean of chosen codes."""

    fact: Fact
    item: str
    any_of: frozenset[str]
    is_kept: bool


@dataclass(frozen=True, slots=True)
class Requirement:
    """What must hold of a card; where it does not, it is refused in these words."""

    id: str
    unless: Condition
    words: Words


@dataclass(frozen=True, slots=True)
class Named:
    """A code of the definition with its words; `prefixes` are codes of ICD-10."""

    id: str
    words: Words
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewRule:
    """How a death is reviewed."""

    deadline: str
    least_opinions: int
    hides: frozenset[str]
    """Items of the form that experts do not see."""
    avoidable: tuple[Named, ...]
    delays: tuple[Named, ...]
    who: tuple[Named, ...]
    what: tuple[Named, ...]

    @property
    def cells(self) -> frozenset[str]:
        """The cells of the grid: whose part × what was lacking."""
        return frozenset(f"{who.id}:{what.id}" for who in self.who for what in self.what)


@dataclass(frozen=True, slots=True)
class Awaits:
    """Which deaths by certificate ask for a card: an age in days, or a cause and a pregnancy."""

    before_days: int | None
    sex_codes: tuple[str, ...]
    from_years: int
    before_years: int
    prefixes: tuple[str, ...]
    after_delivery_days: int


@dataclass(frozen=True, slots=True)
class CardRule:
    """A kind of card on a day."""

    id: str
    version: str
    title: Words
    form: str
    day_item: str
    about: Words
    sex_codes: tuple[str, ...]
    from_years: int
    before_years: int
    or_child: bool
    """Whether the resident named may be the child itself; its day of birth then is the card's."""
    of_several: bool
    """Whether one birth may have several cards, told apart by the order of the children."""
    report_days: int
    deadline: str
    answers: tuple[AnswerFact, ...]
    requires: tuple[Requirement, ...]
    counted: Condition
    listed: tuple[Named, ...]
    list_item: str
    review: ReviewRule | None
    awaits: Awaits | None
    source: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a card names, as in the index when it was written."""

    name: str
    sex_code: str
    born_on: datetime.date | None
    index_number: str


@dataclass(frozen=True, slots=True)
class Content:
    """What a card says: whom it names and the answers."""

    person: Person
    form: Form
    answers: Answers


@dataclass(frozen=True, slots=True)
class Step:
    """Who did what with a card, when and why."""

    deed: Deed
    account: int
    at: datetime.datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Card:
    """A card as whoever may know the name sees it."""

    id: UUID
    kind: str
    number: str
    resident: ResidentId
    organization: OrganizationId
    place_code: str
    event_on: datetime.date
    content: Content
    codes: tuple[str, ...]
    kept: Mapping[str, Decimal | str | bool | None]
    is_counted: bool
    is_late: bool
    state: State
    reported_at: datetime.datetime
    account: int
    steps: tuple[Step, ...]
    version: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A card in a list of work: of the name no more than its first character."""

    id: UUID
    kind: str
    number: str
    name: str
    event_on: datetime.date
    organization: OrganizationId
    place_code: str
    codes: tuple[str, ...]
    is_counted: bool
    is_late: bool
    state: State


@dataclass(frozen=True, slots=True)
class Line:
    """A card in a list for counting: nobody's name."""

    number: str
    kind: str
    event_on: datetime.date
    place_code: str
    organization: OrganizationId
    codes: tuple[str, ...]
    kept: Mapping[str, Decimal | str | bool | None]
    is_counted: bool
    state: State


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an expert, or the meeting, says of a death."""

    avoidable: str
    delays: tuple[str, ...]
    cells: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """An expert's opinion; the account stays out of what other experts see."""

    account: int
    judgement: Judgement
    at: datetime.datetime


@dataclass(frozen=True, slots=True)
class Review:
    """A review of one level; opinions are there for whoever may read them."""

    id: UUID
    card: UUID
    kind: str
    level: Level
    state: ReviewState
    meets_on: datetime.date
    opinions: int
    held_on: datetime.date | None
    judgement: Judgement | None
    concluded_by: int
    version: int
    all_opinions: tuple[Opinion, ...] = ()


@dataclass(frozen=True, slots=True)
class Anonymous:
    """A death as an expert sees it: no name, number, place, institution or day; `elapsed` are the days from
    what has a day to the death, names within the text are replaced."""

    review: Review
    case: str
    sex_code: str
    age_days: int | None
    form: Form
    answers: Answers
    elapsed: tuple[tuple[Words, int], ...]
    mine: Judgement | None


@dataclass(frozen=True, slots=True)
class Reading:
    """Who opened a card when."""

    account: int
    organization: int | None
    purpose: Purpose
    at: datetime.datetime


@dataclass(frozen=True, slots=True)
class Awaited:
    """A death on a certificate of which a card is still to come."""

    certificate: UUID
    kind: str
    resident: ResidentId
    died_on: datetime.date
    place_code: str
    organization: OrganizationId
    due_on: datetime.date
    why: str = field(default="")
