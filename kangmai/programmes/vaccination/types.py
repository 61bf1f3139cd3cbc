"""The clinic as doors see it: visits, packages, fridges, reactions, and where every child stands."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kangmai.kernel.words import Words


class Step(StrEnum):
    """Where somebody is in the clinic."""

    ARRIVED = "arrived"
    CLEARED = "cleared"
    AGREED = "agreed"
    OBSERVED = "observed"
    DONE = "done"
    DEFERRED = "deferred"
    LEFT = "left"


WAITING = (Step.ARRIVED, Step.CLEARED, Step.AGREED, Step.OBSERVED)
"""Steps at which somebody is still in the clinic."""


class DoseState(StrEnum):
    """What became of a dose that was planned for today."""

    PLANNED = "planned"
    GIVEN = "given"
    DROPPED = "dropped"


class EntryKind(StrEnum):
    """What an entry of the ledger of doses says happened."""

    RECEIPT = "receipt"
    MOVE = "move"
    INJECTION = "injection"
    WASTE = "waste"
    COUNT = "count"


class Verdict(StrEnum):
    """What was decided on doses that a broken cold chain put aside."""

    OPEN = "open"
    RELEASED = "released"
    DISCARDED = "discarded"


class ReadingSource(StrEnum):
    """Who says how cold it was."""

    HAND = "hand"
    FILE = "file"
    DEVICE = "device"


class Severity(StrEnum):
    """How grave a reaction is; all but the first must be reported within two hours."""

    ORDINARY = "ordinary"
    SEVERE = "severe"
    DISABILITY = "disability"
    DEATH = "death"
    CLUSTER = "cluster"
    CONCERN = "concern"


class AefiState(StrEnum):
    """Where a report card of a reaction is."""

    DRAFT = "draft"
    REPORTED = "reported"
    RETURNED = "returned"
    REVIEWED = "reviewed"


class Evidence(StrEnum):
    """On what a dose that was given elsewhere is entered."""

    CERTIFICATE = "certificate"
    OTHER_SYSTEM = "other_system"
    RECALL = "recall"


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the pre-check; yes puts off some vaccines, for some days or for good."""

    id: str
    title: Words
    vaccines: str
    """`all`, `live`, or `chosen`: those planned today."""
    days: int | None


@dataclass(frozen=True, slots=True)
class Coded:
    """A code with its words; `system` and `code` are those of FHIR where it has them."""

    id: str
    title: Words
    system: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class FridgeKind:
    """A kind of cold place and the temperatures allowed in it, in degrees Celsius."""

    id: str
    title: Words
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Rule:
    """The clinic's rule in force on a day."""

    version: str
    is_verified: bool
    observation_minutes: int
    fever_from: float
    trace_digits: int
    product_digits: int
    readings_a_day: int
    questions: tuple[Question, ...]
    checks: tuple[tuple[Words, tuple[Coded, ...]], ...]
    sites: dict[str, Coded]
    routes: dict[str, Coded]
    fridges: dict[str, FridgeKind]
    classes: dict[str, Coded]
    reactions: dict[str, Coded]
    deadlines: dict[Severity, str]

    def question(self, id: str) -> Question | None:
        """A question by its id."""
        return next((each for each in self.questions if each.id == id), None)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A dose on record, whoever wrote it. `vaccine` is empty where its code is not one of ours."""

    id: str
    version: int
    vaccine: str
    text: str
    day: date | None
    product: str = ""
    maker: str = ""
    lot: str = ""
    expires_on: date | None = None
    site: str = ""
    route: str = ""
    place: str = ""
    vaccinator: str = ""
    trace_code: str = ""
    is_primary: bool = True
    author: int | None = None


@dataclass(frozen=True, slots=True)
class JudgedDose:
    """A dose on record with what the schedule says of it; `is_valid` None where it says nothing."""

    recorded: Recorded
    dose: int | None
    is_valid: bool | None
    reason: Words
    is_duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One dose of the schedule that is not given, as the forecast has it."""

    series: str
    vaccine: str
    dose: int
    status: str
    earliest: date | None
    recommended: date | None
    latest: date | None
    reason: Words


@dataclass(frozen=True, slots=True)
class Deferral:
    """Vaccines that somebody must not have for now (`until`) or ever (None); no vaccine means all."""

    id: UUID
    question: str
    vaccines: tuple[str, ...]
    since: date
    until: date | None
    ended_on: date | None
    end_reason: str
    version: int

    def holds(self, vaccine: str, on: date) -> bool:
        """Whether it keeps a vaccine from being given on a day."""
        return self.is_open(on) and (not self.vaccines or vaccine in self.vaccines)

    def is_open(self, on: date) -> bool:
        """Whether it stands on a day."""
        ended = self.ended_on is not None and self.ended_on <= on
        return not ended and self.since <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class Particulars:
    """What of a child's beginnings the schedule asks for."""

    birth_weight_g: int | None = None
    gestation_weeks: int | None = None
    mother_hbsag: str = ""
    immunoglobulin: tuple[date, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True)
class File:
    """The vaccinations of one resident as of a day."""

    on: date
    doses: tuple[JudgedDose, ...]
    lines: tuple[Line, ...]
    deferrals: tuple[Deferral, ...]
    particulars: Particulars
    is_verified: bool
    voluntary: tuple[Line, ...] = ()
    """Doses of series that are given to whoever wants them, where none was begun."""


@dataclass(frozen=True, slots=True)
class Lot:
    """A batch of one product."""

    id: UUID
    vaccine: str
    product: str
    maker: str
    number: str
    expires_on: date
    recalled_on: date | None = None
    recall_reason: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Package:
    """What one traceability code stands on."""

    id: UUID
    code: str
    lot: Lot
    fridge: UUID
    organization: int
    doses: int
    left: int
    is_quarantined: bool


@dataclass(frozen=True, slots=True)
class PackageLine:
    """A line of a delivery: a code and what it stands on."""

    code: str
    vaccine: str
    product: str
    maker: str
    lot: str
    expires_on: date
    doses: int = 1


@dataclass(frozen=True, slots=True)
class Fridge:
    """A cold place of an institution, with how it stands."""

    id: UUID
    organization: int
    name: str
    kind: str
    low: float
    high: float
    latest_at: datetime | None = None
    latest: float | None = None
    readings_today: int = 0
    is_broken: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True)
class Held:
    """Doses of one lot in one cold place."""

    fridge: UUID
    lot: Lot
    usable: int
    quarantined: int
    packages: int


@dataclass(frozen=True, slots=True)
class Block:
    """Why a dose must not be given now, in both languages."""

    code: str
    words: Words


@dataclass(frozen=True, slots=True)
class Planned:
    """A dose of today's visit."""

    id: UUID
    vaccine: str
    dose: int | None
    state: DoseState
    drop_reason: str
    given_at: datetime | None
    immunization: str
    site: str
    lot: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One attendance at the clinic."""

    id: UUID
    organization: int
    resident_id: int
    on: date
    number: int
    step: Step
    arrived_at: datetime
    temperature: float | None
    consent_by: str
    consented_at: datetime | None
    observed_from: datetime | None
    observe_until: datetime | None
    released_at: datetime | None
    note: str
    next_on: date | None
    next_vaccines: tuple[str, ...]
    version: int
    doses: tuple[Planned, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Injected:
    """What an injection came to."""

    visit: Visit
    immunization: str
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class Entered:
    """What came of entering a dose given elsewhere."""

    immunization: str
    dose: JudgedDose | None
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who was given a dose of a lot, or from a cold place that was not cold."""

    resident_id: int
    given_on: date
    vaccine: str
    lot: str
    organization: int
    immunization: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A temperature."""

    at: datetime
    celsius: float
    source: ReadingSource
    is_outside: bool


@dataclass(frozen=True, slots=True)
class Logger:
    """A device that sends the temperatures of a cold place."""

    id: UUID
    fridge: UUID
    name: str
    registered_at: datetime
    seen_at: datetime | None
    stopped_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewLogger:
    """A logger that was just registered, with the token that is told this once."""

    logger: Logger
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LoggerReading:
    """A temperature as a logger sends it, with its own id of it."""

    id: str
    at: datetime
    celsius: float


@dataclass(frozen=True, slots=True)
class ReadingsTaken:
    """What came of a batch: new ones, those known, and which were refused for what."""

    taken: int
    repeated: int
    refused: tuple[tuple[str, str], ...]
    """Id of the reading and `future`, `too_old`, `unlikely` or `id_reused`."""
    breach: UUID | None


@dataclass(frozen=True, slots=True)
class BreachLot:
    """A lot put aside, with the decision on it."""

    id: UUID
    lot: Lot
    doses: int
    verdict: Verdict
    reason: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Breach:
    """A time in which a cold place was not as cold as it must be."""

    id: UUID
    fridge: UUID
    fridge_name: str
    organization: int
    began_at: datetime
    ended_at: datetime | None
    lowest: float
    highest: float
    version: int
    lots: tuple[BreachLot, ...]


@dataclass(frozen=True, slots=True)
class Aefi:
    """A report card of what followed a vaccination."""

    id: UUID
    resident_id: int
    organization: int
    place_code: str
    vaccines: tuple[str, ...]
    vaccinated_on: date | None
    onset_at: datetime
    found_at: datetime
    reaction: str
    severity: Severity
    state: AefiState
    class_code: str
    narrative: str
    review_note: str
    reported_at: datetime | None
    reviewed_at: datetime | None
    version: int


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
