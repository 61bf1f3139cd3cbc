"""What deadlines are called and made of."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from kangmai.kernel.actor import Label
from kangmai.kernel.ids import AccountId, OrganizationId, ResidentId

Row = TypeVar("Row")


class Unit(StrEnum):
    """In what a limit is counted."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    """Calendar days; the day of beginning is not counted, the last one ends at midnight."""
    WORKING_DAYS = "working_days"


class State(StrEnum):
    """Where a deadline stands."""

    OPEN = "open"
    MISSED = "missed"
    """Its time is over and nothing was done; it can still be met, late."""
    MET = "met"
    CANCELLED = "cancelled"


UNSETTLED = (State.OPEN.value, State.MISSED.value)


class Level(StrEnum):
    """At whose door an escalation knocks, seen from the owner's institution."""

    OWN = "own"
    PARENT = "parent"
    COUNTY = "county"
    CITY = "city"


class StepKind(StrEnum):
    """What the clock does at one instant of a deadline."""

    WARN = "warn"
    MISS = "miss"
    ESCALATE = "escalate"


class Show(StrEnum):
    """Which deadlines of a list."""

    OPEN = "open"
    """Not yet met, overdue ones included."""
    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    """Due within three days."""
    MET = "met"
    MET_LATE = "met_late"
    CANCELLED = "cancelled"


class By(StrEnum):
    """By what the share on time is told apart."""

    DEFINITION = "definition"
    COUNTY = "county"
    TOWN = "town"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Duration:
    """So many minutes, hours, days or working days."""

    count: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Target:
    """Who is told at an escalation: a role at a level; `kind` of institution for county and city."""

    level: Level
    kind: str
    role: str


@dataclass(frozen=True, slots=True)
class Escalation:
    """So long after the limit, this target."""

    after: Duration
    to: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A definition of a deadline as dated."""

    id: str
    valid_from: datetime.date
    title: Mapping[str, str]
    duration: Duration
    starts: Mapping[str, str]
    stops: Mapping[str, str]
    stops_by: str
    """`act` of the owner, or `handover`: the receipt of another system."""
    owner_roles: tuple[str, ...]
    label: Label
    warn_before: tuple[Duration, ...]
    escalation: tuple[Escalation, ...]
    source: Mapping[str, str]
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Due:
    """The last instant on time; provisional where holidays of a year are not announced yet."""

    at: datetime.datetime
    provisional: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What the clock does at an instant; `target` for escalations."""

    at: datetime.datetime
    kind: StepKind
    target: Target | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """The thing a deadline is about: its kind and id."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A deadline to begin.

    Args:
        started_at: the instant that sets it going; for a birth or a delivery the beginning of that day.
        owner_org: the institution that owes it.
        place_code: division where its resident or its matter is: who oversees that place sees it.
        owner_role: else any of the roles that the definition names.
        owner_account: one person, instead of a role.
        label: else the definition's.
    """

    definition: str
    subject: Subject
    started_at: datetime.datetime
    owner_org: int
    place_code: str
    owner_role: str = ""
    owner_account: int | None = None
    resident: ResidentId | None = None
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class Met:
    """That what a deadline asks for was done at an instant, and what proves it: kind and id of a thing."""

    definition: str
    subject: Subject
    met_at: datetime.datetime
    proof_kind: str
    proof_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A deadline as kept."""

    id: UUID
    definition: str
    rule_from: datetime.date
    subject: Subject
    resident: ResidentId | None
    owner_org: OrganizationId
    owner_role: str
    owner_account: AccountId | None
    place_code: str
    label: Label
    started_at: datetime.datetime
    due_at: datetime.datetime
    provisional: bool
    state: State
    met_at: datetime.datetime | None
    proof_kind: str
    proof_id: str
    reason: str
    level: int
    """How many escalations it has been through."""
    version: int

    @property
    def is_on_time(self) -> bool | None:
        """Whether it was met in time; None while that is open."""
        if self.state is State.MISSED:
            return False
        return None if self.met_at is None else self.met_at <= self.due_at


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list; `next` is the `after` of the following one, empty at the end."""

    rows: tuple[Row, ...]
    next: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of somebody's own deadlines wait, each counted up to 1,000."""

    overdue: int
    due_soon: int
    open: int


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the deadlines that fell due in a period were met on time."""

    key: str
    """Definition, division code or id of an institution."""
    due: int
    on_time: int
    late: int
    missed: int

    @property
    def percent(self) -> float | None:
        """On time in percent of those due, or None where none was due."""
        return 100 * self.on_time / self.due if self.due else None
