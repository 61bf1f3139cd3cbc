"""What is said of activities and of a year's minimum of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kangmai.kernel.words import Words
from kangmai.programmes.points.types import Field, Value


class Counts(StrEnum):
    """What of a kind counts: each activity, each title once, or so many times at each of some venues."""

    TIMES = "times"
    TITLES = "titles"
    VENUES = "venues"


class Lead(StrEnum):
    """How far something that was found is."""

    NONE = "none"
    FOUND = "found"
    REPORTED = "reported"
    ANSWERED = "answered"


class Show(StrEnum):
    """Which institutions of the yearly table are shown."""

    ALL = "all"
    BEHIND = "behind"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class ActivityKind:
    """A kind of activity and what is asked of one."""

    id: str
    title: Words
    counts: Counts
    title_is: Words
    asks_people: bool
    pieces: Words | None
    finds: bool
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Least:
    """The least of a kind in a year: so many, or at so many venues (None: every one visited) so many times each."""

    count: int = 0
    venues: int | None = None
    times: int = 0


@dataclass(frozen=True, slots=True)
class ActivityRule:
    """A rule of activities (definitions/programmes/activity_rule): kinds, and the least by kind of institution."""

    id: str
    title: Words
    lead: Words
    kinds: Mapping[str, ActivityKind]
    least: Mapping[str, Mapping[str, Least]]
    asked_of: tuple[str, ...]
    source: str
    is_verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFacts:
    """What somebody says of an activity. `problem`: what was found, where something may be found."""

    kind: str
    on: date
    title: str = ""
    venue: str
    people: int | None = None
    pieces: int | None = None
    note: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity as kept."""

    id: UUID
    rule: str
    kind: str
    organization: int
    place_code: str
    on: date
    title: str
    venue: str
    people: int | None
    pieces: int | None
    values: Mapping[str, Value]
    note: str
    problem: str
    lead: Lead
    reported_to: str
    reported_on: date | None
    result: str
    result_on: date | None
    withdrawn_reason: str
    photos: tuple[UUID, ...]
    account: int
    at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list; `next` asks for the following one, empty at the end."""

    rows: tuple[Activity, ...]
    next: str


@dataclass(frozen=True, slots=True)
class Done:
    """What was done of a kind against its least of the year; `least` 0: nothing is asked."""

    kind: str
    done: int
    least: int
    times: int
    people: int

    @property
    def is_complete(self) -> bool:
        """Whether the year's least is reached."""
        return self.done >= self.least


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an institution is in a year. `is_behind`: by the months that have passed it should be further."""

    organization: int
    name: str
    kind: str
    place_code: str
    done: tuple[Done, ...]
    is_behind: bool

    @property
    def is_complete(self) -> bool:
        """Whether the least of every kind is reached."""
        return all(each.is_complete for each in self.done)
