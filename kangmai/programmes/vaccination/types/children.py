"""Where children stand: late doses, courses, coverage."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kangmai.kernel.words import Words


@dataclass(frozen=True, slots=True)
class LateDose:
    """A dose that a child lacks."""

    series: str
    vaccine: str
    dose: int
    due_on: date
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class LateChild:
    """A child who is late: what it lacks, what puts it off, when it was last called in."""

    resident_id: int
    birth_on: date
    place_code: str
    doses: tuple[LateDose, ...]
    deferred_until: date | None
    called_on: date | None


class Course(StrEnum):
    """How far somebody is in a course of doses."""

    READY = "ready"
    WAITING = "waiting"
    DEFERRED = "deferred"
    CONTRAINDICATED = "contraindicated"
    NOT_NEEDED = "not_needed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class CourseState:
    """Where somebody is in a course: the dose that is next, from when it counts and is advised, or why none is."""

    state: Course
    vaccine: str = ""
    dose: int | None = None
    given: int = 0
    """Doses that count."""
    earliest: date | None = None
    advised: date | None = None
    until: date | None = None
    """The last day of a deferral."""
    latest_on: date | None = None
    """The day of the latest dose that counts."""
    reason: Words | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of those due have a dose, by series and dose."""

    series: str
    dose: int
    due: int
    given: int
    timely: int
