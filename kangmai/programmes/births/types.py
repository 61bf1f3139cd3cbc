"""What this room speaks of: births, certificates with their numbers, the items of the chain."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.kernel.words import Words


class BlankState(StrEnum):
    """What became of a numbered blank."""

    BLANK = "blank"
    USED = "used"
    SPOILED = "spoiled"


class Kind(StrEnum):
    """Why a certificate was issued."""

    FIRST = "first"
    LOST = "lost"
    """补发: the earlier one is lost."""
    WRONG = "wrong"
    """换发: the earlier one says something wrong."""


class State(StrEnum):
    """Whether a certificate holds."""

    CURRENT = "current"
    REPLACED = "replaced"
    VOID = "void"


class ItemState(StrEnum):
    """Where an item of the chain stands."""

    OPEN = "open"
    SUBMITTED = "submitted"
    DONE = "done"
    REFUSED = "refused"
    NOT_APPLICABLE = "not_applicable"


WAITING = (ItemState.OPEN, ItemState.SUBMITTED)


class Source(StrEnum):
    """Who says how an item stands."""

    HOUSE = "house"
    """Known here: the certificate was issued, a vaccination is on record, the number is known."""
    DESK = "desk"
    PARENT = "parent"
    """Handed in by the parents themselves; a desk says what came of it."""


class KnownBy(StrEnum):
    """By what the house knows by itself that an item is done."""

    CERTIFICATE = "certificate"
    VACCINATION = "vaccination"
    NUMBER = "number"


class Show(StrEnum):
    """Which births of a list."""

    UNCERTIFIED = "uncertified"
    LATE = "late"
    RUNNING = "running"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class RuleItem:
    """One errand: what, at which agency, within how many working days of the certificate."""

    id: str
    title: Words
    agency: Words
    hint: Words
    working_days: int
    known_by: KnownBy | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds in a province on a day."""

    version: str
    title: Words
    regions: tuple[str, ...]
    pattern: str
    items: Mapping[str, RuleItem]
    source: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Parent:
    """A parent as the certificate names him; an empty name where it is left out."""

    name: str = ""
    document_kind: str = ""
    document_number: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What was observed of a child at birth. `ordinal` is its place among those of one delivery."""

    born_at: datetime.datetime
    sex_code: str
    weeks: int
    weight_g: int
    length_cm: int
    ordinal: int = 1


@dataclass(frozen=True, slots=True)
class Named:
    """What a certificate names."""

    child: str
    mother: Parent
    father: Parent = field(default_factory=Parent)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that was issued."""

    id: UUID
    number: str
    kind: Kind
    state: State
    issued_on: datetime.date
    organization: OrganizationId
    reason: str
    ended_on: datetime.date | None
    end_reason: str
    named: Named


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the chain of one birth."""

    id: str
    state: ItemState
    due_on: datetime.date
    since: datetime.date | None
    reason: str
    receipt: str
    source: Source | None
    version: int

    def is_late(self, on: datetime.date) -> bool:
        """Whether its day has passed and it is neither done nor refused."""
        return self.state in WAITING and self.due_on < on


@dataclass(frozen=True, slots=True)
class Birth:
    """A child born here, its certificates (the newest first) and its chain."""

    id: UUID
    child: ResidentId
    mother: ResidentId
    told: Told
    organization: OrganizationId
    place_code: str
    registered_on: datetime.date
    certificates: tuple[Certificate, ...]
    items: tuple[Item, ...]
    rule_version: str
    version: int

    @property
    def certificate(self) -> Certificate | None:
        """The one that holds."""
        return next((each for each in self.certificates if each.state is State.CURRENT), None)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery on record of whose children not all are registered."""

    visit: UUID
    mother: ResidentId
    delivered_on: datetime.date
    live_births: int
    registered: int
    organization: OrganizationId


@dataclass(frozen=True, slots=True)
class Stock:
    """How many blanks an institution has, and the next number."""

    organization: OrganizationId
    left: int
    used: int
    spoiled: int
    next_number: str


@dataclass(frozen=True, slots=True)
class BirthDraft:
    """A birth of before, with the certificate that was issued for it; child and mother are residents.

    `settled_on` is the day on which the last errand was done; without it they run.
    """

    child: ResidentId
    mother: ResidentId
    told: Told
    organization: OrganizationId
    place_code: str
    number: str
    issued_on: datetime.date
    named: Named
    settled_on: datetime.date | None = None
