"""What tracing deals in: cases, contacts, exposures, the steps of following, the tree, line lists."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, NewType, TypeVar
from uuid import UUID

from kangmai.epidemic.venues.types import Carrying, PersonKey
from kangmai.kernel.ids import AccountId, OrganizationId, ResidentId
from kangmai.kernel.words import Words

PersonId = NewType("PersonId", int)
"""Somebody whom tracing knows under one order; never a resident id."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list, and where the next part begins; empty at the end."""

    rows: tuple[T, ...]
    next: str = ""


class Kind(StrEnum):
    """How near a contact was to a case; EXCLUDED is somebody who was looked at and is none."""

    CLOSE = "close"
    SECONDARY = "secondary"
    GENERAL = "general"
    EXCLUDED = "excluded"


STRONGEST = (Kind.CLOSE, Kind.SECONDARY, Kind.GENERAL, Kind.EXCLUDED)


class Where(StrEnum):
    """Where somebody is followed: in a quarantine place, at home, or going about and watched."""

    PLACE = "place"
    HOME = "home"
    MONITORED = "monitored"


class Source(StrEnum):
    """How a contact was found."""

    SCAN = "scan"
    HOUSEHOLD = "household"
    HAND = "hand"
    LIST = "list"


class CaseState(StrEnum):
    """How far the investigation of a case is."""

    OPEN = "open"
    CONCLUDED = "concluded"


class ContactState(StrEnum):
    """How far a contact is."""

    FOUND = "found"
    """Waits for an investigator's judgement."""
    FOLLOWED = "followed"
    RELEASED = "released"
    POSITIVE = "positive"
    """Became a case."""
    DROPPED = "dropped"
    """Judged none, or not followed under the edition."""


class Half(StrEnum):
    """Which check of a day."""

    MORNING = "am"
    EVENING = "pm"


class Outcome(StrEnum):
    """What a test said; PENDING was sampled and is not out yet."""

    PENDING = "pending"
    NEGATIVE = "negative"
    POSITIVE = "positive"
    VOID = "void"


class Direction(StrEnum):
    """Which way a line list went."""

    OUT = "out"
    IN = "in"


class RowState(StrEnum):
    """How a row of a line list stands."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of following: where, how many days, and on which of its days tests are due."""

    where: Where
    days: int
    tests: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Managed:
    """What an edition asks for one kind of contact."""

    is_followed: bool
    stages: tuple[Stage, ...]
    checks_a_day: int

    @property
    def days(self) -> int:
        """How many days after the last exposure somebody is followed."""
        return sum(stage.days for stage in self.stages)


@dataclass(frozen=True, slots=True)
class Edition:
    """The rules of contacts of one edition (`tracing_edition`)."""

    id: str
    title: Words
    is_verified: bool
    look_back_days: int
    has_double_release: bool
    managed: Mapping[Kind, Managed]
    carrying: Carrying


@dataclass(frozen=True, slots=True)
class Relation:
    """How a contact stands to a case, and the kind it suggests."""

    id: str
    title: Words
    kind: Kind


@dataclass(frozen=True, slots=True)
class Rule:
    """What all editions share (`tracing_rule`); the first relation is the most urgent."""

    relations: Mapping[str, Relation]
    symptoms: Mapping[str, Words]
    evidence: Mapping[str, Words]
    answers: Mapping[str, Words]
    fever_c: float
    most_rows: int
    speed_hours: int
    clocks: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Given:
    """Somebody as a source names him: by a resident, by a registration of the order, or by what was said."""

    resident: ResidentId | None = None
    venue_person: PersonKey | None = None
    name: str = ""
    document: str = ""
    phone: str = ""
    address: str = ""
    place_code: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Who somebody is, opened for who may see it."""

    name: str
    phone: str
    address: str
    document: str = ""
    place_code: str = ""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What is known when an investigation begins."""

    person: Given
    found_at: datetime
    onset_on: date | None = None
    sampled_on: date | None = None
    place_code: str = ""
    card_id: UUID | None = None
    organization: OrganizationId | None = None


@dataclass(frozen=True, slots=True)
class Met:
    """An exposure as somebody tells it: on which day, where, how long."""

    day: date
    place: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Case:
    """A case whose contacts are looked for."""

    id: UUID
    order_id: UUID
    number: str
    person: PersonId | None
    card_id: UUID | None
    edition: str
    place_code: str
    organization: OrganizationId | None
    is_outside: bool
    onset_on: date | None
    sampled_on: date | None
    found_at: datetime
    from_at: datetime
    """From when on contacts count: so many days before onset or first positive sample."""
    isolated_at: datetime | None
    on_site_at: datetime | None
    core_at: datetime | None
    concluded_at: datetime | None
    state: CaseState
    summary: str
    version: int


@dataclass(frozen=True, slots=True)
class Exposure:
    """Where a contact was exposed, by whom, on which day and for how many minutes."""

    of: PersonId
    venue: int | None
    place: str
    day: date
    first_at: datetime
    last_at: datetime
    minutes: int
    source: Source


@dataclass(frozen=True, slots=True)
class Pair:
    """A contact of a case."""

    id: int
    case_id: UUID
    contact_id: UUID
    person: PersonId
    kind: Kind
    is_judged: bool
    reason: str
    """Why it was judged so; may be empty."""
    generation: int
    relation: str
    source: Source
    first_at: datetime
    last_at: datetime
    minutes: int
    state: ContactState
    place_code: str
    told_at: datetime | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who is followed: once under an order, however many cases he met."""

    id: UUID
    order_id: UUID
    person: PersonId | None
    kind: Kind
    state: ContactState
    edition: str
    place_code: str
    found_at: datetime
    judged_at: datetime | None
    last_exposure_on: date
    told_at: datetime | None
    settled_at: datetime | None
    unwell_at: datetime | None
    released_at: datetime | None
    case_id: UUID | None
    version: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What following asks of a contact: until which day, where on which days, and when tests are due."""

    until: date
    """The last day of following; release is possible on the next. Of no days: the day before the exposure."""
    stages: tuple[tuple[Where, date, date], ...]
    """Where, from and up to and including which day."""
    tests: tuple[date, ...]
    is_double: bool


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody tried to tell a contact."""

    at: datetime
    answer: str
    account: AccountId


@dataclass(frozen=True, slots=True)
class Stay:
    """Where a contact is in quarantine."""

    where: Where
    place: str
    room: str
    from_at: datetime
    until_at: datetime | None


@dataclass(frozen=True, slots=True)
class Check:
    """A daily check."""

    day: date
    half: Half
    temperature_c: float | None
    symptoms: tuple[str, ...]
    account: AccountId


@dataclass(frozen=True, slots=True)
class Test:
    """A test of a contact; `reference` is the number of the tube or report."""

    sampled_at: datetime
    reference: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Followed:
    """All of a contact that a page shows."""

    contact: Contact
    facts: Facts
    plan: Plan | None
    missing: tuple[str, ...]
    """What stands between the contact and his release, as `rules.missing` names it."""
    calls: tuple[Call, ...]
    stays: tuple[Stay, ...]
    checks: tuple[Check, ...]
    tests: tuple[Test, ...]
    pairs: tuple[Pair, ...]
    exposures: tuple[Exposure, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """Who infected whom, as an epidemiologist asserts it."""

    id: UUID
    from_case: UUID
    to_case: UUID
    evidence: str
    note: str
    asserted_by: AccountId
    asserted_at: datetime


@dataclass(frozen=True, slots=True)
class Tree:
    """Cases of an order and the links between them."""

    cases: tuple[Case, ...]
    links: tuple[Link, ...]
    depth: Mapping[UUID, int]
    """How many links stand between a case and the root of its chain."""


@dataclass(frozen=True, slots=True)
class Search:
    """A question to the scans about a case: waits for a second person, may be read, was taken."""

    id: UUID
    lookup_id: UUID
    asked_at: datetime
    taken_at: datetime | None
    found: int


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A row of a line list as it stands in a file."""

    name: str
    document: str
    phone: str
    address: str
    place_code: str
    kind: Kind
    relation: str
    case_number: str
    last_exposure_on: date


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a row of a file, by its own number (序号) or counted from 1 below the heading."""

    row: int
    column: str
    message: Words


@dataclass(frozen=True, slots=True)
class TriedList:
    """What a file would bring: rows that can be read by their numbers, and what is wrong with the others."""

    rows: Mapping[int, ListedPerson]
    faults: tuple[RowFault, ...]
    total: int

    @property
    def refused(self) -> Mapping[int, str]:
        """Why rows cannot be taken, by number, in the language of the letter."""
        found: dict[int, list[str]] = {}
        for fault in self.faults:
            said = f"{fault.column}：{fault.message.zh.rstrip('。')}"
            found.setdefault(fault.row, []).append(said)
        return {number: "；".join(each) for number, each in found.items()}


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row of a line list sent or received, with its answer."""

    id: int
    number: int
    state: RowState
    reason: str
    contact_id: UUID | None
    person: ListedPerson | None
    version: int


@dataclass(frozen=True, slots=True)
class LineList:
    """A line list sent to or received from a neighbouring city."""

    id: UUID
    direction: Direction
    other: str
    """The division code of the other side."""
    reference: str
    made_at: datetime
    counts: Mapping[RowState, int]


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast tracing was; shares are None where there is nothing to divide by.

    Attributes:
        cases: cases found in the period.
        contacts: contacts that were judged close, contacts a case, general or not.
        determined_share: close and secondary contacts judged within `hours` of their case being found.
        settled_share: close contacts in quarantine within `hours` of their case being found.
        found_to_told_hours, told_to_settled_hours: medians.
        among_followed_share: cases that were followed as contacts before.
        attack_rate: close contacts that became cases.
    """

    hours: int
    cases: int
    contacts: int
    close: int
    determined_share: float | None
    settled_share: float | None
    found_to_told_hours: float | None
    told_to_settled_hours: float | None
    among_followed_share: float | None
    attack_rate: float | None
