"""What nucleic-acid testing is called and made of."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Generic, NewType, TypeVar
from uuid import UUID

from kangmai.epidemic.nucleic_acid.planning.kept import Answer
from kangmai.epidemic.nucleic_acid.planning.plan import Question
from kangmai.kernel.ids import OrganizationId, ResidentId

T = TypeVar("T")
PersonId = NewType("PersonId", int)
"""Whom a sample is from: a resident id, or minus the id of an `Attendee` who is not in the resident index."""


class RoundKind(StrEnum):
    """Whom a round is for."""

    SCREENING = "screening"
    """Everybody who lives in its area."""
    LISTED = "listed"
    """Those on its list: key groups, contacts, arrivals, goods."""


class RoundState(StrEnum):
    """Where a round stands."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


class Subject(StrEnum):
    """What a tube holds swabs of."""

    PEOPLE = "people"
    THINGS = "things"


class TubeState(StrEnum):
    """What is known of a tube; where it travels is known of its box."""

    OPEN = "open"
    CLOSED = "closed"
    RETEST = "retest"
    """Its run failed or was void: it must be tested again."""
    NEGATIVE = "negative"
    SUSPECT = "suspect"
    POSITIVE = "positive"
    VOID = "void"
    """It can never have a result: its people are called back."""


SETTLED = (TubeState.NEGATIVE, TubeState.SUSPECT, TubeState.POSITIVE, TubeState.VOID)


class BoxState(StrEnum):
    """Where a box is."""

    PACKED = "packed"
    TRAVELLING = "travelling"
    RECEIVED = "received"
    DIFFERS = "differs"
    """Received, but not with the tubes that were packed, and nobody signed for it yet."""


class PlateState(StrEnum):
    """How a run stands."""

    IMPORTED = "imported"
    REVIEWED = "reviewed"
    FAILED = "failed"
    """Its controls failed: none of its results counts."""


class WellKind(StrEnum):
    """What a well holds."""

    SAMPLE = "sample"
    POSITIVE_CONTROL = "positive_control"
    NEGATIVE_CONTROL = "negative_control"


class Judgement(StrEnum):
    """What the curves of one well say."""

    NEGATIVE = "negative"
    GREY = "grey"
    """One target only, or a Ct in the grey zone: suspect until tested again."""
    POSITIVE = "positive"
    VOID = "void"
    """The internal control failed, or there was too little fluid."""


class PlanState(StrEnum):
    """How a kept plan of a round stands."""

    SAVED = "saved"
    RELEASED = "released"
    """Couriers drive by it."""
    REPLACED = "replaced"
    """Couriers drove by it, until another was released."""


class Duty(StrEnum):
    """What somebody does in a lane."""

    SAMPLER = "sampler"
    REGISTRAR = "registrar"
    COURIER = "courier"


class HoldState(StrEnum):
    """How somebody from a positive pool stands."""

    HELD = "held"
    SAMPLED = "sampled"
    NEGATIVE = "negative"
    POSITIVE = "positive"
    RELEASED = "released"
    REPORTED = "reported"


class PoolState(StrEnum):
    """How the follow-up of a pool stands."""

    OPEN = "open"
    CONCLUDED = "concluded"


class IncidentKind(StrEnum):
    """What was held or refused."""

    TUBE_USED_TWICE = "tube_used_twice"
    TUBE_OVERFILLED = "tube_overfilled"
    TUBE_UNREADABLE = "tube_unreadable"
    PERSON_TWICE = "person_twice"
    PERSON_UNKNOWN = "person_unknown"
    TIMES_OUT_OF_ORDER = "times_out_of_order"
    TUBE_UNKNOWN = "tube_unknown"
    TUBE_ALREADY_SETTLED = "tube_already_settled"
    TUBE_NOT_RECEIVED = "tube_not_received"
    BOX_DIFFERS = "box_differs"
    BOX_OVERFILLED = "box_overfilled"
    TUBE_IN_OTHER_BOX = "tube_in_other_box"
    CONTROLS_FAILED = "controls_failed"
    WELL_UNREADABLE = "well_unreadable"


BLOCKING = frozenset(
    {
        IncidentKind.TUBE_USED_TWICE,
        IncidentKind.TUBE_OVERFILLED,
        IncidentKind.TIMES_OUT_OF_ORDER,
    }
)
"""Incidents that hold a tube: it may be tested, but its result is not published until somebody settles them."""


class Outcome(StrEnum):
    """What became of one record of a batch."""

    TAKEN = "taken"
    AGAIN = "again"
    """It was here already: a retry, or a late upload by a second device."""
    HELD = "held"
    """Taken, but its result waits until somebody looked at it."""
    REFUSED = "refused"
    """Not taken; the record is kept with the reason."""


class Antigen(StrEnum):
    """The line on an antigen test."""

    NEGATIVE = "negative"
    POSITIVE = "positive"
    INVALID = "invalid"


class Channel(StrEnum):
    """Who reported an antigen test."""

    OWN = "own"
    WORKER = "worker"


class Target(IntEnum):
    """What an instrument looks for."""

    ORF1AB = 0
    N = 1
    INTERNAL = 2


@dataclass(frozen=True, slots=True)
class Given:
    """Somebody, or something, swabbed into a tube, as the scanner has it.

    Args:
        number: number of the resident index, or of an identity document.
        at: when the swab was taken.
        name, phone, address: of those who are not in the index, and of things; sealed.
        group: a group of the edition's.
        reason: why somebody is sampled a second time in the round.
    """

    number: str
    at: datetime.datetime
    group: str = "screening"
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TubeRecord:
    """A closed tube, as the scanner has it. `client_id` is the scanner's own, the same at every retry."""

    client_id: UUID
    code: str
    people: tuple[Given, ...]
    closed_at: datetime.datetime
    mode: int
    lane: int = 1
    subject: Subject = Subject.PEOPLE
    pool_id: UUID | None = None
    """The positive pool whose people it follows up."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one record."""

    client_id: UUID
    code: str
    outcome: Outcome
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BoxRecord:
    """A packed box, as the scanner has it."""

    client_id: UUID
    code: str
    tubes: tuple[str, ...]
    packed_at: datetime.datetime
    seal_number: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One well of an instrument file: cycle thresholds, None where nothing was detected."""

    well: str
    sample: str
    kind: WellKind
    ct_orf1ab: float | None
    ct_n: float | None
    ct_internal: float | None


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a laboratory says of a run."""

    code: str
    laboratory: int
    instrument: str
    kit: str
    lot: str
    started_at: datetime.datetime
    ended_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class Imported:
    """What importing a run did."""

    plate_id: int
    state: PlateState
    wells: int
    counted: Mapping[str, int]
    """Wells by judgement."""
    faults: tuple[str, ...]
    is_again: bool
    """Whether this file had been imported before, so that nothing was done."""


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing a plate did."""

    negative: int
    retest: int
    pools: tuple[UUID, ...]
    """Follow-ups that began."""
    singles: int
    """Tubes of follow-ups and of single persons that came out positive or suspect."""
    held_back: int
    """Tubes that stay unpublished, since an incident is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFacts:
    """What somebody says of a round.

    Args:
        areas: division codes.
        mode: persons a tube.
        target_people: how many are expected.
    """

    name: str
    kind: RoundKind
    areas: tuple[str, ...]
    mode: int
    opens_at: datetime.datetime
    closes_at: datetime.datetime
    target_people: int
    organization: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """What somebody says of a place where samples are taken."""

    code: str
    name: str
    organization: int
    place_code: str
    lanes: int
    laboratory: int | None = None
    longitude: float | None = None
    latitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A round as the rest of the house sees it."""

    id: int
    order_id: UUID
    name: str
    kind: RoundKind
    areas: tuple[str, ...]
    mode: int
    edition_from: datetime.date
    opens_at: datetime.datetime
    closes_at: datetime.datetime
    target_people: int
    organization: OrganizationId
    state: RoundState
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site of a round."""

    id: int
    round_id: int
    code: str
    name: str
    organization: OrganizationId
    place_code: str
    lanes: int
    laboratory: OrganizationId | None
    longitude: float | None
    latitude: float | None
    queue_people: int | None
    queue_at: datetime.datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Board:
    """How a round stands, as far as the actor may see: tubes by where they are, people, and what is late."""

    people: int
    tubes: int
    by_stage: Mapping[str, int]
    """open, closed, boxed, travelling, received, tested, negative, suspect, positive, retest, void."""
    published: int
    late: int
    late_within_two_hours: int
    oldest_unpublished_at: datetime.datetime | None
    published_last_hour: int
    incidents: int
    open_pools: int

    @property
    def backlog(self) -> int:
        """Closed tubes without a published result."""
        return self.tubes - self.published - self.by_stage.get("open", 0)

    @property
    def hours_left(self) -> float | None:
        """How long the backlog takes at the pace of the last hour; None where nothing was published in it."""
        return self.backlog / self.published_last_hour if self.published_last_hour else None


@dataclass(frozen=True, slots=True)
class LateTube:
    """A tube whose result is late, or soon will be."""

    code: str
    site_id: int
    box: str
    stage: str
    people: int
    closed_at: datetime.datetime
    due_at: datetime.datetime
    laboratory: int | None


@dataclass(frozen=True, slots=True)
class SiteLine:
    """How a site stands."""

    site: Site
    people: int
    tubes: int
    published: int
    in_first_box: int
    """Tubes not packed yet."""


@dataclass(frozen=True, slots=True)
class Unsampled:
    """A village or grid: who lives there, and how many of them this round has not seen."""

    place_code: str
    residents: int
    sampled: int

    @property
    def missing(self) -> int:
        """Those not sampled yet."""
        return self.residents - self.sampled


@dataclass(frozen=True, slots=True)
class Proof:
    """A person's sample: the proof at once, the result when it is published."""

    tube: str
    round_id: int
    round_name: str
    order_id: UUID
    site: str
    mode: int
    sampled_at: datetime.datetime
    result: TubeState | None
    """None while the result is awaited."""
    published_at: datetime.datetime | None
    is_recalled: bool
    is_held: bool
    """Whether the person must stay where he is until singles are out."""


@dataclass(frozen=True, slots=True)
class Incident:
    """Something held or refused."""

    id: UUID
    kind: IncidentKind
    round_id: int | None
    site_id: int | None
    tube: str
    box: str
    plate: str
    details: Mapping[str, object]
    at: datetime.datetime
    is_open: bool
    how: str
    note: str
    version: int


@dataclass(frozen=True, slots=True)
class Pool:
    """The follow-up of a positive or suspect pool."""

    id: UUID
    round_id: int
    tube: str
    site_id: int
    place_code: str
    found_at: datetime.datetime
    first_judgement: str
    retest_judgement: str
    listed_at: datetime.datetime | None
    state: PoolState
    concluded_at: datetime.datetime | None
    version: int
    by_state: Mapping[HoldState, int]


@dataclass(frozen=True, slots=True)
class Positive:
    """Who a preliminary positive is: a resident, or what the scanner and his registration said of him."""

    resident: ResidentId | None
    number: str = field(repr=False)
    """Of a document; empty where he showed none."""
    name: str = field(repr=False)
    phone: str = field(repr=False)
    address: str = field(repr=False)
    place_code: str


@dataclass(frozen=True, slots=True)
class Hold:
    """One person of a pool."""

    id: int
    person: PersonId
    place_code: str
    state: HoldState
    where: str = field(repr=False)
    """Where he stays, as found out; sealed in the table."""
    singles: tuple[str, ...]
    """Codes of his single tubes."""
    settled_at: datetime.datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Plate:
    """A run of an instrument."""

    id: int
    code: str
    laboratory: OrganizationId
    instrument: str
    kit: str
    lot: str
    started_at: datetime.datetime
    ended_at: datetime.datetime
    state: PlateState
    faults: tuple[str, ...]
    operator: int
    reviewer: int | None
    counted: Mapping[str, int]
    version: int


@dataclass(frozen=True, slots=True)
class Well:
    """One well with what was read and judged."""

    well: str
    kind: WellKind
    tube: str
    people: int
    ct_orf1ab: float | None
    ct_n: float | None
    ct_internal: float | None
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Box:
    """A box on its way."""

    id: int
    code: str
    round_id: int
    site_id: int
    state: BoxState
    tubes: int
    packed_at: datetime.datetime
    seal_number: str
    carrier: str
    left_at: datetime.datetime | None
    laboratory: OrganizationId | None
    received_at: datetime.datetime | None
    temperature_c: float | None
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    difference_note: str
    version: int


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """A plan of a round, as it was reckoned."""

    id: int
    round_id: int
    number: int
    question: Question
    answer: Answer
    note: str
    state: PlanState
    created_at: datetime.datetime
    released_at: datetime.datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class CourierTrip:
    """A planned trip with what became of it."""

    id: int
    site: Site
    laboratory: OrganizationId
    boxes: int
    leaves_at: datetime.datetime
    arrives_at: datetime.datetime
    courier: int | None
    ready: int
    """Boxes that stand packed at the site."""
    carried: int
    left_at: datetime.datetime | None
    """When the last box left with it."""
    received: int
    received_at: datetime.datetime | None
    version: int

    def is_late(self, at: datetime.datetime) -> bool:
        """Whether it has not left a quarter of an hour after its time."""
        return self.left_at is None and at > self.leaves_at + datetime.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class LaboratoryLine:
    """How tubes flow through a laboratory: where they are, what is late, and how fast results come."""

    laboratory: OrganizationId
    coming: int
    """Tubes packed for it or on the way to it."""
    waiting: int
    """Received, in no run yet, or to be tested again."""
    tested: int
    """In a run that nobody has reviewed."""
    published: int
    late: int
    published_last_hour: int
    last_published_at: datetime.datetime | None
    planned_done_at: datetime.datetime | None
    """By the plan in force."""

    @property
    def hours_left(self) -> float | None:
        """How long what it has and what comes takes at the pace of the last hour; None without a pace."""
        left = self.coming + self.waiting + self.tested
        return left / self.published_last_hour if self.published_last_hour else None


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody in a lane for a while."""

    id: int
    site_id: int
    lane: int
    staff: int
    duty: Duty
    from_at: datetime.datetime
    to_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of the hours that a site's lanes are open, those in which a sampler and a registrar stand there."""

    site_id: int
    lane_hours: float
    covered_hours: float
    gaps: tuple[tuple[int, datetime.datetime, datetime.datetime], ...]
    """Lane, from, to: where somebody is missing, the earliest first."""

    @property
    def share(self) -> float:
        """Covered hours of all."""
        return self.covered_hours / self.lane_hours if self.lane_hours else 0.0


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `next` is the `after` of the following one, empty at the end."""

    rows: tuple[T, ...]
    next: str
