"""What teams deal in: kinds and functions as data, teams with members, rosters, readiness, calls, drills, missions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from kangmai.kernel.ids import AccountId, OrganizationId
from kangmai.kernel.words import Words

Row = TypeVar("Row")


class Standing(StrEnum):
    """Whether a team can be called."""

    READY = "ready"
    INCOMPLETE = "incomplete"
    OUT = "out"


class CallState(StrEnum):
    """How far somebody who is called, or waits in reserve, is."""

    RESERVE = "reserve"
    WAITING = "waiting"
    """Called, and has not answered."""
    LATE = "late"
    """Did not answer in time; the next was called, an answer still counts."""
    DECLINED = "declined"
    COMING = "coming"
    MOVING = "moving"
    ON_SITE = "on_site"
    BACK = "back"
    STOOD_DOWN = "stood_down"
    """Not needed any more, or never called."""


OUT = (CallState.COMING, CallState.MOVING, CallState.ON_SITE)
"""Who said yes and is not back."""


class DrillState(StrEnum):
    """How far a drill is."""

    PLANNED = "planned"
    RUNNING = "running"
    ASSESSING = "assessing"
    REPORTED = "reported"
    WITHDRAWN = "withdrawn"


class MissionState(StrEnum):
    """How far a support mission is."""

    PLANNED = "planned"
    LEFT = "left"
    ARRIVED = "arrived"
    """The receiving side acknowledged who and what came."""
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


AWAY = (MissionState.LEFT, MissionState.ARRIVED)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of team: whom it needs at least, how many on duty, and the clock of its answer."""

    id: str
    title: Words
    clock: str
    on_duty: int
    least: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift of a roster, in legal time."""

    id: str
    title: Words
    from_hour: int
    hours: int


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds of teams on a day (`team_rule`)."""

    functions: Mapping[str, Words]
    kinds: Mapping[str, Kind]
    specialties: Mapping[str, Words]
    shifts: Mapping[str, Shift]
    drill_valid_days: int
    expert_clock: str
    arrival_clock: str
    longest_mission_days: int
    source: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a team can be called, and what it lacks: functions, `duty`, `drill`."""

    standing: Standing
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a team, by the registry's number and name."""

    staff: int
    name: str
    function: str
    is_away: bool
    """On a mission elsewhere."""
    on_duty: bool


@dataclass(frozen=True, slots=True)
class Team:
    """A team as it stands at an instant."""

    id: UUID
    organization: OrganizationId
    place_code: str
    kind: str
    name: str
    is_closed: bool
    drilled_on: date | None
    members: tuple[Member, ...]
    readiness: Readiness
    version: int


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """Who shall be in a team, and as what."""

    staff: int
    function: str


@dataclass(frozen=True, slots=True)
class Duty:
    """Somebody on duty for a team."""

    staff: int
    name: str
    on: date
    shift: str
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True)
class Expert:
    """A chief expert of a specialty."""

    id: UUID
    staff: int
    name: str
    organization: OrganizationId
    place_code: str
    specialty: str
    is_away: bool
    is_out: bool
    version: int


@dataclass(frozen=True, slots=True)
class Wish:
    """How many of a kind of team (`team:…`) or a specialty (`expert:…`) are wanted, and who, in which order."""

    group: str
    wanted: int
    candidates: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One team or expert of a call-out."""

    id: UUID
    callout: UUID
    group: str
    rank: int
    team: UUID | None
    expert: UUID | None
    name: str
    organization: OrganizationId
    state: CallState
    called_at: datetime | None
    due_at: datetime | None
    answered_at: datetime | None
    answered_late: bool
    note: str
    moved_at: datetime | None
    arrived_at: datetime | None
    back_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class CallOut:
    """A call-out with its board."""

    id: UUID
    title: str
    place_code: str
    order_id: UUID | None
    asked_by: AccountId
    asked_at: datetime
    closed_at: datetime | None
    note: str
    wanted: Mapping[str, int]
    calls: tuple[Call, ...]
    version: int

    def missing(self, group: str) -> int:
        """How many of a group are still to say yes."""
        coming = sum(
            1 for e in self.calls if e.group == group and e.state in (*OUT, CallState.BACK)
        )
        return max(0, self.wanted[group] - coming)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a script."""

    id: str
    title: Words
    minutes: int
    points: int
    criteria: Words


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade from so many points on."""

    least: float
    title: Words


@dataclass(frozen=True, slots=True)
class Script:
    """A script of a drill as dated."""

    id: str
    title: Words
    valid_from: date
    time_percent: int
    steps: tuple[Step, ...]
    grades: tuple[Grade, ...]
    source: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class StepLine:
    """How a step of a drill went.

    Attributes:
        minutes: from the start until it was done, or None.
        marks: what assessors gave, by account.
        points: what it came to, or None while nobody assessed it.
    """

    step: Step
    done_at: datetime | None
    minutes: float | None
    note: str
    marks: Mapping[int, tuple[float, str]]
    points: float | None


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a drill taught, who mends it, until when."""

    id: int
    problem: str
    mend: str
    organization: OrganizationId
    due_on: date
    mended_on: date | None


@dataclass(frozen=True, slots=True)
class Drill:
    """A drill with its steps, scores and lessons."""

    id: UUID
    order_id: UUID
    script: Script
    place_code: str
    organization: OrganizationId
    state: DrillState
    planned_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    teams: Mapping[UUID, str]
    lines: tuple[StepLine, ...]
    score: float | None
    grade: Words | None
    summary: str
    lessons: tuple[Lesson, ...]
    version: int


@dataclass(frozen=True, slots=True)
class Goods:
    """What a mission takes along, and how much of it came back."""

    item: str
    quantity: int
    returned: int | None = None


@dataclass(frozen=True, slots=True)
class MissionFacts:
    """A mission as somebody plans it: an end inside the city is an institution, one outside a name.

    Attributes:
        people: staff of the registry, if the home unit is inside.
        outside_people: how many come, if the home unit is outside.
    """

    task: str
    destination: str
    starts_on: date
    until_on: date
    from_organization: int | None = None
    from_name: str = ""
    to_organization: int | None = None
    to_name: str = ""
    people: tuple[int, ...] = ()
    outside_people: int = 0
    goods: tuple[Goods, ...] = ()
    order_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Mission:
    """A support mission as kept."""

    id: UUID
    facts: MissionFacts
    names: Mapping[int, str]
    state: MissionState
    left_at: datetime | None
    arrived_at: datetime | None
    arrived_people: int | None
    arrival_letter: str
    returned_at: datetime | None
    return_letter: str
    note: str
    version: int

    @property
    def head_count(self) -> int:
        """How many people it is."""
        return len(self.facts.people) or self.facts.outside_people


@dataclass(frozen=True, slots=True)
class OutCounts:
    """Who is out at an instant: teams and experts called, missions sent and received with their people."""

    teams: int
    teams_in_use: int
    experts: int
    sent: int
    sent_people: int
    received: int
    received_people: int


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list; `next` is the `after` of the following one, empty at the end."""

    rows: tuple[Row, ...]
    next: str
