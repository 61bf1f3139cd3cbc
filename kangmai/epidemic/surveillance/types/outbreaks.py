"""An event with its measures, resources and reports."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from kangmai.epidemic.surveillance.types.plans import SerialInterval
from kangmai.epidemic.surveillance.types.signals import State
from kangmai.kernel.actor import Label
from kangmai.kernel.ids import OrganizationId
from kangmai.kernel.words import Words


class ReportKind(StrEnum):
    """The reports of an event."""

    FIRST = "first"
    PROGRESS = "progress"
    FINAL = "final"


class MeasureLimit(StrEnum):
    """By when a control measure must be taken: so many hours from now, or the end of a day."""

    TWO_HOURS = "2h"
    ONE_DAY = "24h"
    BY_DAY = "day"


class ResourceKind(StrEnum):
    """What an event may need from others."""

    STAFF = "staff"
    LABORATORY = "laboratory"
    BEDS = "beds"
    MEDICINES = "medicines"
    """Vaccines and sera among them."""
    PROTECTION = "protection"
    DISINFECTION = "disinfection"
    VEHICLES = "vehicles"
    FUNDS = "funds"
    OTHER = "other"


class ResourceState(StrEnum):
    """Where a request for a resource stands."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    ARRIVED = "arrived"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A grade of an event."""

    id: str
    title: Words
    response: Words
    rank: int
    is_verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbreak:
    """An event: what signals became when they were held to be one."""

    id: UUID
    reference: str
    title: str
    group: str
    condition: str
    area_code: str
    place_id: int | None
    label: Label
    state: State
    grade: str
    case_definition: str
    source_found: str
    lessons: str
    owner_org: OrganizationId | None
    opened_at: datetime.datetime
    confirmed_at: datetime.datetime | None
    ended_at: datetime.datetime | None
    closed_at: datetime.datetime | None
    first_day: datetime.date
    columns: tuple[str, ...]
    """Titles of the line list's own columns."""
    version: int


@dataclass(frozen=True, slots=True)
class Growth:
    """R_t of a spell of an event's epidemic curve, with its 95 % interval and what it rests on."""

    first: datetime.date
    last: datetime.date
    cases: int
    mean: float
    low: float
    high: float
    interval: SerialInterval


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A control measure as a task."""

    id: UUID
    what: str
    who: str
    due_on: datetime.date
    done_on: datetime.date | None
    note: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Something asked for an event, with what became of it."""

    id: UUID
    kind: ResourceKind
    what: str
    amount: int
    unit: str
    asked_of: str
    needed_by: datetime.date
    purpose: str
    state: ResourceState
    granted: int | None
    answer: str
    asked_at: datetime.datetime
    asked_by: int
    answered_at: datetime.datetime | None
    arrived_on: datetime.date | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report of an event as it was given."""

    id: UUID
    kind: ReportKind
    number: int
    at: datetime.datetime
    account: int
    content: Mapping[str, Any]
    is_on_time: bool | None
