"""What the workflow of early warning is called and made of."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

from kangmai.kernel.actor import Label
from kangmai.kernel.ids import OrganizationId

T = TypeVar("T")


class State(StrEnum):
    """Where a signal stands."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    VERIFYING = "verifying"
    EXCLUDED = "excluded"
    SUSPECTED = "suspected"
    """Held to be a suspected event; the clock of its first report runs."""
    INVESTIGATING = "investigating"
    CONFIRMED = "confirmed"
    CLOSED = "closed"
    MERGED = "merged"


class Step(StrEnum):
    """What somebody does with a signal."""

    ACKNOWLEDGE = "acknowledge"
    VERIFY = "verify"
    EXCLUDE = "exclude"
    SUSPECT = "suspect"
    INVESTIGATE = "investigate"
    CONFIRM = "confirm"
    CLOSE = "close"
    REOPEN = "reopen"


class Reason(StrEnum):
    """Why a signal was no event."""

    DATA_ERROR = "data_error"
    DUPLICATE = "duplicate"
    LATE_BATCH = "late_batch"
    KNOWN_CAUSE = "known_cause"
    SEASONAL = "seasonal"
    CHANCE = "chance"


class Level(StrEnum):
    """How urgent a signal is."""

    WATCH = "watch"
    HIGH = "high"
    IMMEDIATE = "immediate"
    """One case is enough: to be verified within two hours."""


class SourceKind(StrEnum):
    """How a source comes into the house."""

    CASES = "cases"
    RECORD = "record"
    COUNTS = "counts"
    PEOPLE = "people"


class Within(StrEnum):
    """Where the cases of a rule are counted together."""

    CASE = "case"
    PLACE = "place"
    VILLAGE = "village"
    TOWN = "town"
    COUNTY = "county"


class ReportKind(StrEnum):
    """The reports of an event."""

    FIRST = "first"
    PROGRESS = "progress"
    FINAL = "final"


class CaseClass(StrEnum):
    """How sure it is that a line of an event's list is a case of it."""

    SUSPECTED = "suspected"
    PROBABLE = "probable"
    CONFIRMED = "confirmed"
    NOT_A_CASE = "not_a_case"


class Exposure(StrEnum):
    """How somebody was near a case, or what a link between two cases rests on."""

    HOUSEHOLD = "household"
    SAME_ROOM = "same_room"
    """Class, ward, dormitory, office."""
    MEAL = "meal"
    CARE = "care"
    TRANSPORT = "transport"
    SOURCE = "source"
    """The same food, water or vector."""
    GENOME = "genome"
    OTHER = "other"


class Certainty(StrEnum):
    """How sure an asserted link is."""

    POSSIBLE = "possible"
    PROBABLE = "probable"
    CONFIRMED = "confirmed"


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


class Show(StrEnum):
    """Which signals a list holds."""

    OPEN = "open"
    NEW = "new"
    OVERDUE = "overdue"
    EVENTS = "events"
    EXCLUDED = "excluded"
    CLOSED = "closed"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Words:
    """A title in both languages."""

    zh: str
    en: str

    def said(self, language: str) -> str:
        """The title in one of them."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A stream of data, as defined."""

    id: str
    title: Words
    kind: SourceKind
    layers: frozenset[str]
    conditions: tuple[str, ...]
    reporters: Words
    least_completeness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRule:
    """n cases in d days in one place, as published; `within` holds one kind of place."""

    id: str
    title: Words
    conditions: frozenset[str]
    cases: int
    days: int
    deaths: int | None
    within: Within
    hours: int
    """Within how many hours the signal must be verified."""
    is_verified: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Conditions that are one thing to an officer."""

    id: str
    title: Words
    conditions: tuple[str, ...]
    severity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How the layers work together; alphas and the least count may be tuned by a decision here."""

    severity: float
    single_case_severity: float
    gap_days: int
    high_alpha: float
    watch_alpha: float
    least_cases: int
    chance_alarms_a_day: float
    history_years: int
    sparse_total: int
    event_weight: float
    nowcast: Mapping[str, int]
    scan: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A grade of an event."""

    id: str
    title: Words
    response: Words
    rank: int
    is_verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """Something that counts: one case, one visit, or a number that somebody reports.

    Args:
        key: what the source calls it; the same key again replaces what was said before.
        reporter: who says so, for completeness: an institution or a place.
        base: of how many (pupils, visits), where the source says so.
        is_counted: False where only rules on single cases may look at it: suspected, or withdrawn.
    """

    source: str
    key: str
    condition: str
    area_code: str
    day: datetime.date
    reported_on: datetime.date
    reporter: str = ""
    place_id: int | None = None
    count: int = 1
    deaths: int = 0
    base: int | None = None
    is_imported: bool = False
    is_counted: bool = True
    is_withdrawn: bool = False
    label: Label = Label.NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One alert about one condition, place and time."""

    id: UUID
    reference: str
    group: str
    condition: str
    area_code: str
    place_id: int | None
    label: Label
    level: Level
    state: State
    priority: float
    first_day: datetime.date
    latest_day: datetime.date
    observed: float
    expected: float | None
    p: float | None
    has_rule: bool
    sources: tuple[str, ...]
    reason: Reason | None
    note: str
    raised_at: datetime.datetime
    acknowledged_at: datetime.datetime | None
    verified_at: datetime.datetime | None
    closed_at: datetime.datetime | None
    owner_org: OrganizationId | None
    officer: int | None
    outbreak_id: UUID | None
    merged_into: UUID | None
    is_shaken: bool
    """Some of the reports it rests on were withdrawn since."""
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One piece of what speaks for a signal, as kept."""

    id: UUID
    layer: str
    method: str
    source: str
    condition: str
    area_code: str
    place_id: int | None
    day: datetime.date
    observed: float
    expected: float | None
    threshold: float | None
    p: float | None
    cases: tuple[str, ...]
    detail: Mapping[str, Any]
    found_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A line of a signal's or an event's history."""

    at: datetime.datetime
    account: int
    deed: str
    reason: str
    note: str


@dataclass(frozen=True, slots=True)
class Raised:
    """What evidence did: signals raised, signals that grew, evidence kept silent."""

    new: tuple[UUID, ...] = ()
    grown: tuple[UUID, ...] = ()
    muted: int = 0


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `next` is the `after` of the following one, empty at the end."""

    rows: tuple[T, ...]
    next: str


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row of counts that was refused."""

    line: int
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """What reading a table of counts did."""

    lines: int
    taken: int
    same: int
    faults: tuple[RowFault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """A number that somebody reports by hand or by file; values as text where they come from a file."""

    day: str
    condition: str
    place_code: str
    """Code of a school, care home or work site of the registry; else the area's code stands in `area`."""
    area: str
    count: str
    base: str = ""


@dataclass(frozen=True, slots=True)
class Completeness:
    """How whole a source is on a day: who reported, of those who did in the four weeks before."""

    source: str
    reported: int
    expected: int
    latest: datetime.date | None

    @property
    def share(self) -> float | None:
        """Reported of expected; None where nobody is expected."""
        return self.reported / self.expected if self.expected else None


@dataclass(frozen=True, slots=True)
class NightReport:
    """What a run of the detectors did."""

    id: UUID
    on: datetime.date
    series: int
    tests: int
    alarms: int
    new: int
    grown: int
    muted: int
    seconds: float
    elsewhere: int
    """Cases of the judged week in areas that no series holds: unknown, or outside the city."""
    future: int
    """Cases dated after the day of the run: not judged before their day has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """A promise not to raise signals of something somewhere until a day, by a name, for a reason."""

    id: UUID
    group: str
    area_code: str
    from_on: datetime.date
    until_on: datetime.date
    reason: str
    account: int
    silenced: int
    is_over: bool
    version: int


@dataclass(frozen=True, slots=True)
class Setting:
    """The numbers that a city may tune."""

    high_alpha: float
    watch_alpha: float
    least_cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """A change of the numbers: proposed with its replay, then in force from a day, or dropped."""

    id: UUID
    setting: Setting
    standing: Setting
    replay: Mapping[str, Any]
    reason: str
    proposed_at: datetime.datetime
    proposed_by: int
    in_force_from: datetime.date | None
    decided_by: int | None
    state: str
    version: int


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


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """A line of an event's list, as somebody writes it; name, telephone and own columns are sealed."""

    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    sex: str = ""
    age_years: int | None = None
    unit: str = ""
    """Class, ward or team."""
    onset_on: datetime.date | None = None
    case_class: CaseClass = CaseClass.SUSPECTED
    outcome: str = ""
    case_id: str = ""
    """The report card behind it, if there is one."""
    area_code: str = ""
    """Town or village where he lives; the address itself is nobody's business here."""
    infected_by: int | None = None
    """Number of the line of whom it has the infection."""
    own: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """From whom somebody has it, as an investigator asserts it."""

    infector: int
    basis: Exposure
    certainty: Certainty
    note: str
    account: int
    at: datetime.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of an event's list."""

    id: UUID
    number: int
    facts: LineFacts
    link: Link | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody exposed to a case, with the days on which somebody asked after them."""

    id: UUID
    number: int
    name: str = field(repr=False)
    phone: str = field(repr=False)
    line_number: int | None
    exposure: Exposure
    where: str = field(repr=False)
    """Where and how he was near the case, in words."""
    is_protected: bool | None
    exposed_on: datetime.date
    until_on: datetime.date
    became_line: int | None
    """Number of the line that he became when he fell ill."""
    visits: tuple[tuple[datetime.date, bool, str], ...]
    """Day, whether ill, note."""
    version: int


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
