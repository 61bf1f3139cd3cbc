"""What this room speaks of: teams, contracts, packages with their items, services, ratings."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.kernel.words import Words


class State(StrEnum):
    """Where a contract stands; whether a signed one holds on a day, its days say."""

    ASKED = "asked"
    """A resident asked for it; the team has not answered."""
    REFUSED = "refused"
    SIGNED = "signed"
    RENEWED = "renewed"
    """Another one follows when it ends."""
    ENDED = "ended"
    """Before its time."""


class Signature(StrEnum):
    """How a contract was signed."""

    PAPER = "paper"
    ELECTRONIC = "electronic"


class End(StrEnum):
    """Why a contract ended before its time, where the house itself ends it."""

    NONE = ""
    CHANGED_TEAM = "changed_team"
    DIED = "died"
    MERGED = "merged"


class Show(StrEnum):
    """Which contracts a list shows."""

    ASKED = "asked"
    ENDING = "ending"
    OPEN_ITEMS = "open_items"
    VALID = "valid"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Item:
    """What a package promises. `times` a year; 0: as needed."""

    id: str
    title: Words
    times: int
    visits: tuple[tuple[str, str], ...]
    """Programme and service whose visits are counted as it; the service is empty where all are."""
    is_by_hand: bool
    """Whether the team writes it down itself."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package of items."""

    id: str
    title: Words
    is_paid: bool
    is_always: bool
    programmes: tuple[str, ...]
    age_from: int | None
    age_below: int | None
    items: tuple[Item, ...]
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds of contracts."""

    years: tuple[int, ...]
    residents_per_team: int
    renewal_days: int
    rating_days: int
    least_ratings: int
    satisfied_from: int
    duties: Mapping[str, Words]
    ends: Mapping[str, Words]
    priority: Mapping[str, Words]
    """Programme → group."""
    source: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a team."""

    staff: int
    name: str
    duty: str


@dataclass(frozen=True, slots=True)
class Team:
    """A family-doctor team of an institution."""

    id: UUID
    name: str
    organization: OrganizationId
    place_code: str
    leader: int
    phone: str
    members: tuple[Member, ...]
    is_open: bool
    version: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What a team has: contracts that hold, those to renew, last year's answers."""

    valid: int
    ending: int
    asked: int
    ratings: int
    satisfied: Decimal | None
    """In percent; None where so few answered that it might tell who."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed."""

    packages: tuple[str, ...]
    years: int
    begins_on: datetime.date
    signature: Signature = Signature.PAPER
    fee: Decimal | None = None
    """Yuan a year, of packages for which a fee is paid."""


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract between a resident and a team."""

    id: UUID
    resident: ResidentId
    team: UUID
    team_name: str
    organization: OrganizationId
    place_code: str
    state: State
    packages: tuple[str, ...]
    years: int
    fee: Decimal | None
    signature: Signature
    asked_on: datetime.date | None
    signed_on: datetime.date | None
    begins_on: datetime.date | None
    ends_on: datetime.date | None
    """The last day on which it holds."""
    end_reason: str
    note: str
    renews: UUID | None
    promised: int
    done: int
    """Of the running year, as the night counted them."""
    version: int

    def holds(self, on: datetime.date) -> bool:
        """Whether it holds on a day."""
        return bool(self.begins_on and self.ends_on and self.begins_on <= on <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Year:
    """One year of a contract."""

    begins_on: datetime.date
    ends_on: datetime.date


@dataclass(frozen=True, slots=True)
class Done:
    """An item of a package in a year of a contract."""

    package: str
    item: Item
    done: int

    @property
    def is_open(self) -> bool:
        """Whether less was done than is promised."""
        return self.done < self.item.times


@dataclass(frozen=True, slots=True)
class ServiceRef:
    """A service that was given: a visit of a programme, or what the team wrote down."""

    kind: str
    id: UUID


@dataclass(frozen=True, slots=True)
class Service:
    """A service under a contract. Of a visit `programme` and `name` are its programme and service, else package and item."""

    ref: ServiceRef
    on: datetime.date
    programme: str
    name: str
    note: str
    is_rated: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Contracts in a total order; `after` asks for those behind, empty at the end."""

    rows: tuple[Contract, ...]
    after: str


@dataclass(frozen=True, slots=True)
class Unsigned:
    """Somebody of a priority group who has no contract."""

    resident: ResidentId
    programmes: tuple[str, ...]
    place_code: str


@dataclass(frozen=True, slots=True)
class ContractDraft:
    """A contract taken over from elsewhere; `served_on`: advice was given, `score`: and answered for.

    `guided_on` are the days on which health was assessed and guidance given.
    """

    id: UUID
    resident: ResidentId
    team: UUID
    organization: int
    place_code: str
    packages: tuple[str, ...]
    years: int
    begins_on: datetime.date
    renews: UUID | None = None
    is_renewed: bool = False
    served_on: datetime.date | None = None
    score: int | None = None
    guided_on: tuple[datetime.date, ...] = ()
    asked_on: datetime.date | None = None
    """It was only asked for, on this day."""


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """What a team is."""

    name: str
    leader: int
    members: tuple[tuple[int, str], ...]
    """Members of staff and what they are in it, the leader among them."""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class TeamDraft:
    """A team taken over from elsewhere."""

    id: UUID
    organization: int
    place_code: str
    facts: TeamFacts
