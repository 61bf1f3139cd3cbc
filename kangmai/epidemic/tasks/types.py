"""What tasks deal in: kinds of tasks and needs, tasks with results and photos, people who need help, figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from kangmai.epidemic.tracing.types import Half
from kangmai.kernel.actor import Label
from kangmai.kernel.ids import ResidentId
from kangmai.kernel.words import Words

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list, and where the next part begins; empty at the end."""

    rows: tuple[T, ...]
    next: str = ""


class About(StrEnum):
    """Whom a kind of task is about."""

    RESIDENT = "resident"
    CONTACT = "contact"
    PLACE = "place"


class TaskState(StrEnum):
    """How far a task is."""

    OPEN = "open"
    STARTED = "started"
    DONE = "done"
    CANCELLED = "cancelled"


WAITING = (TaskState.OPEN, TaskState.STARTED)


class NeedState(StrEnum):
    """How far a need is; only what is confirmed is served."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    ENDED = "ended"


class NeedSource(StrEnum):
    """How a need became known."""

    RECORD = "record"
    HAND = "hand"


class Show(StrEnum):
    """Which tasks a list shows."""

    TODAY = "today"
    """Due today or earlier, and not done."""
    LATE = "late"
    OPEN = "open"
    ABNORMAL = "abnormal"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Result:
    """A result that a kind of task may have."""

    id: str
    title: Words
    is_abnormal: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of task: what is asked at the door, by when, and how it may end."""

    id: str
    title: Words
    about: About
    due_hours: int
    results: Mapping[str, Result]
    measures: bool
    """Asks for temperature and symptoms, which become a daily check of tracing."""
    counts: bool
    """Asks for a number."""
    by_hand: bool
    """May be given by hand; others follow from what the house knows."""


@dataclass(frozen=True, slots=True)
class Clue:
    """By what the record shows that somebody may need help."""

    resource: str
    parameter: str
    codes: tuple[str, ...]
    within_days: int | None


@dataclass(frozen=True, slots=True)
class NeedKind:
    """Why somebody needs help, what help it is, and how often. Why is shown to those who may know it."""

    id: str
    title: Words
    service: str
    """The kind of task by which it is served: what everybody sees."""
    every_days: int
    label: Label
    from_age: int | None
    is_alone: bool
    clue: Clue | None


class Told(IntEnum):
    """What was told of a task that waits; the number is what the table holds."""

    NOTHING = 0
    SOON = 1
    """Its hour is near: to who looks after the cell."""
    LATE = 2
    """Its hour is over: to the same."""
    GIVER = 3
    """It is late for long: to who gave it."""


@dataclass(frozen=True, slots=True)
class Clock:
    """How long before its hour a task is told of, and how long after it to who gave it."""

    soon_minutes: int
    giver_minutes: int


@dataclass(frozen=True, slots=True)
class Rule:
    """Kinds of tasks and needs, and limits."""

    kinds: Mapping[str, Kind]
    needs: Mapping[str, NeedKind]
    most_photos: int
    photo_mb: int
    photo_px: int
    most_at_once: int
    clock: Clock
    source: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Task:
    """A task of a cell."""

    id: UUID
    order_id: UUID
    kind: str
    cell: str
    resident: ResidentId | None
    contact_id: UUID | None
    need_id: UUID | None
    note: str
    due_at: datetime
    state: TaskState
    result: str
    is_abnormal: bool
    amount: int | None
    remark: str
    photos: tuple[UUID, ...]
    created_at: datetime
    done_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Whom:
    """Who a task or need is about, opened for who goes to the door; a masked line for who may not see more."""

    name: str
    phone: str
    address: str


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task with whom it is about."""

    task: Task
    whom: Whom


@dataclass(frozen=True, slots=True)
class Measured:
    """What a home check measured."""

    half: Half
    temperature_c: float | None
    symptoms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finish:
    """How a task ended, as somebody at the door says it."""

    result: str
    remark: str = ""
    amount: int | None = None
    measured: Measured | None = None
    photos: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """Somebody needs help. `kind` is empty for who may see that, but not why."""

    id: UUID
    order_id: UUID
    resident: ResidentId | None
    kind: str
    service: str
    cell: str
    source: NeedSource
    state: NeedState
    every_days: int
    next_on: date | None
    served_at: datetime | None
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class NeedLine:
    """A need with whom it is of."""

    need: Need
    whom: Whom


@dataclass(frozen=True, slots=True)
class CellLine:
    """A cell or village on the board of an area."""

    code: str
    open: int
    late: int
    done_today: int
    abnormal: int


@dataclass(frozen=True, slots=True)
class UnsampledLine:
    """How many residents of a cell a round has not sampled, and how many of these somebody was sent to."""

    cell: str
    missing: int
    tasked: int


@dataclass(frozen=True, slots=True)
class TaskFigures:
    """Tasks and needs of an area, in numbers."""

    open: int
    late: int
    done_today: int
    done: int
    done_in_time: int
    abnormal: int
    needs: int
    needs_served: int
    needs_waiting: int
    by_kind: Mapping[str, int]
    on: date
