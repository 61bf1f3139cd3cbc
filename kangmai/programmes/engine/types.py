"""What programmes speak of: enrolments, planned services, visits, decisions, worklists."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from kangmai.analytics.facts.types import Value
from kangmai.forms.types import Form, Proposal, Reading
from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.programmes.engine.definition.types import (
    ClosingReason,
    OutcomeClass,
    Programme,
    Rule,
    RuleSet,
    Service,
)
from kangmai.programmes.engine.kinds import (
    Lateness,
    Method,
    NotCounted,
    PlanReason,
    Priority,
    Reached,
    Referral,
    Show,
    Standing,
    State,
    Way,
)

__all__ = [
    "Attempt",
    "Behind",
    "Changed",
    "ChangedPage",
    "ClosingReason",
    "Comparison",
    "Counts",
    "Decision",
    "Enrolment",
    "EnrolmentDraft",
    "Evidence",
    "EvidenceDraft",
    "Filter",
    "Judgement",
    "Lateness",
    "Method",
    "NotCounted",
    "OutcomeClass",
    "Page",
    "PlanReason",
    "Planned",
    "Priority",
    "Programme",
    "Reached",
    "Reason",
    "Recorded",
    "Referral",
    "Replanned",
    "Row",
    "Rule",
    "RuleFigures",
    "RuleSet",
    "Service",
    "Show",
    "Standing",
    "State",
    "Transfer",
    "Trial",
    "Veiled",
    "Visit",
    "VisitDraft",
    "VisitForm",
    "Way",
    "lateness",
]


@dataclass(frozen=True, slots=True)
class Planned:
    """The next time a service is due; seen from `opens_on`, overdue after `late_on`."""

    service: str
    occasion: str
    opens_on: date
    due_on: date
    late_on: date
    reason: PlanReason

    def lateness(self, on: date) -> Lateness:
        """How it stands on a day."""
        return lateness(self.opens_on, self.due_on, self.late_on, on)


def lateness(opens_on: date, due_on: date, late_on: date, on: date) -> Lateness:
    """How something with these days stands on a day."""
    if on > late_on:
        return Lateness.OVERDUE
    if on >= due_on:
        return Lateness.DUE
    return Lateness.DUE_SOON if on >= opens_on else Lateness.SCHEDULED


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that held, in words for the doctor."""

    rule: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules say of a visit: the first reason decided, the others held too."""

    rule: str
    outcome: str
    reasons: tuple[Reason, ...]
    target_met: bool | None
    next_on: date | None
    next_days: int | None
    overdue_after_days: int
    refer: Referral | None
    deadline: str
    message: str
    priority: Priority
    rule_version: str
    is_verified: bool
    is_alarm: bool
    """Whether it stands whatever else is not known yet: it is shown and saved at once."""
    facts: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A resident in a programme, with what is planned."""

    id: UUID
    resident_id: ResidentId
    programme: str
    state: State
    way: Way
    suspected_on: date | None
    confirmed_on: date | None
    enrolled_on: date | None
    closed_on: date | None
    closing_reason: str
    anchors: Mapping[str, date]
    organization: OrganizationId
    staff: int | None
    place_code: str
    priority: Priority
    next_service: str
    next_opens_on: date | None
    next_due_on: date | None
    next_late_on: date | None
    latest_visit: UUID | None
    latest_visit_on: date | None
    latest_class: str
    latest_target_met: bool | None
    lost_on: date | None
    evidence_days: int
    version: int
    updated_at: datetime
    planned: tuple[Planned, ...] = ()
    transfer_to: OrganizationId | None = None

    def lateness(self, on: date) -> Lateness | None:
        """How the next service stands on a day; None where nothing is planned."""
        if not (self.next_opens_on and self.next_due_on and self.next_late_on):
            return None
        return lateness(self.next_opens_on, self.next_due_on, self.next_late_on, on)


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as it was judged."""

    id: UUID
    enrolment_id: UUID
    programme: str
    resident_id: ResidentId
    service: str
    occasion: str
    visited_on: date
    measured_on: date
    entered_at: datetime
    method: Method
    response_id: str
    response_version: int
    observations: Mapping[str, str]
    measures: Mapping[str, Any]
    outcome: str
    target_met: bool | None
    reasons: tuple[Reason, ...]
    rule_version: str
    next_on: date | None
    is_complete: bool
    is_counted: bool
    not_counted: NotCounted
    is_late_entry: bool
    is_open: bool
    """An alarm that was saved before every required answer was given."""
    rejudged_at: datetime | None
    """When an entry of an earlier day changed what the rules say of it."""
    standing: Standing
    corrects: UUID | None
    first_id: UUID
    """The first row of its corrections: the same visit in the eyes of those outside."""
    organization: OrganizationId | None
    account: int
    version: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules said of a visit before an entry of an earlier day made them say something else."""

    replaced_at: datetime
    because_of: UUID
    outcome: str
    target_met: bool | None
    reasons: tuple[Reason, ...]
    rule_version: str
    next_on: date | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What saving a visit did."""

    visit: Visit
    decision: Decision | None
    enrolment: Enrolment
    is_repeated: bool
    rejudged: int = 0
    """How many visits behind this one the rules say something else of now."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A reading or a diagnosis that raised a suspicion."""

    measured_on: date
    measures: Mapping[str, Any]
    source: str
    organization: OrganizationId | None


@dataclass(frozen=True, slots=True)
class VisitForm:
    """What a page needs to ask for a visit."""

    form: Form
    proposals: Mapping[str, Proposal]
    occasion: str
    enrolment: Enrolment
    previous: Visit | None


@dataclass(frozen=True, slots=True)
class Trial:
    """What would be decided if the answers were saved now; nothing is.

    While answers are missing or wrong only an alarm is decided; `may_save` says whether it could be
    saved as it is.
    """

    reading: Reading
    decision: Decision | None
    may_save: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """Which enrolments a worklist shows; empty fields leave everything in."""

    show: Show = Show.TO_SEE
    programme: str = ""
    place: str = ""
    organization: OrganizationId | None = None
    staff: int | None = None
    text: str = ""
    priority: Priority | None = None
    until: date | None = None
    """A later day as of which the lists of what is due are made: for whoever will be without connection."""


@dataclass(frozen=True, slots=True)
class AtPlace:
    """How many lines of a list live in a division."""

    place_code: str
    lines: int
    overdue: int


@dataclass(frozen=True, slots=True)
class KeptFilter:
    """A filter that somebody kept, as an address says it."""

    id: int
    name: str
    query: str


@dataclass(frozen=True, slots=True)
class Reminded:
    """What came of reminding the residents of a list; who was told of the same day before is not told again."""

    lines: int
    told: int
    without_account: int


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the worklist."""

    enrolment: Enrolment
    name: str
    sex_code: str
    birth_date: date | None
    index_number: str
    household_id: int | None
    lateness: Lateness | None
    attempts: int
    phone: str = ""
    """The first telephone number; pages mask it."""
    home: str = ""
    """The address at home, by which a way from door to door is put in order."""


@dataclass(frozen=True, slots=True)
class Page:
    """Lines in a total order; `after` asks for those behind, empty at the end."""

    rows: tuple[Row, ...]
    after: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits; each number stops at 1,000."""

    overdue: int
    due: int
    due_soon: int
    suspected: int
    transfers: int


@dataclass(frozen=True, slots=True)
class Behind:
    """A row behind a figure."""

    id: UUID
    resident_id: ResidentId
    index_number: str
    name: str
    place_code: str
    organization: OrganizationId
    state: State


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody tried to reach a managed resident and did not."""

    attempted_on: date
    method: Method
    outcome: Reached
    account: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """A proposal to hand somebody over to another team."""

    enrolment_id: UUID
    from_organization: OrganizationId
    to_organization: OrganizationId | None
    reason: str
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """What one rule set makes of the latest counted visits."""

    rule_version: str
    is_verified: bool
    managed: int
    met: int
    not_met: int
    not_seen: int

    @property
    def rate(self) -> Decimal | None:
        """Share at target of all managed, in percent to two places; None where nobody is managed."""
        if not self.managed:
            return None
        return (Decimal(self.met) * 100 / self.managed).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two rule sets on the same visits; `changed`: met under the first and not the second, and the reverse."""

    programme: str
    year: int
    place: str
    first: RuleFigures
    second: RuleFigures
    lost_target: int
    gained_target: int


@dataclass(frozen=True, slots=True)
class Changed:
    """Somebody at target under one of two rule sets only; `loses`: under the first."""

    who: Behind
    visited_on: date
    measures: Mapping[str, Any]
    service: str
    loses: bool


@dataclass(frozen=True, slots=True)
class ChangedPage:
    """One page of those; `next` asks for the one behind, empty at the end."""

    rows: tuple[Changed, ...]
    next: str


@dataclass(frozen=True, slots=True)
class Veiled:
    """Somebody whom a colleague visits, and by when; why is not said."""

    resident_id: ResidentId
    index_number: str
    name: str
    place_code: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Replanned:
    """What a replan of a programme did."""

    enrolments: int
    changed: int
    seconds: float


@dataclass(frozen=True, slots=True)
class EvidenceDraft:
    """A reading or a diagnosis in the record that raised a suspicion which is taken over from elsewhere."""

    resource_type: str
    resource_id: str
    measured_on: date
    measures: Mapping[str, Any] = field(default_factory=dict)
    organization: OrganizationId | None = None


@dataclass(frozen=True, slots=True)
class EnrolmentDraft:
    """An enrolment taken over from elsewhere."""

    resident_id: ResidentId
    programme: str
    enrolled_on: date
    organization: OrganizationId
    place_code: str
    staff: int | None = None
    anchors: Mapping[str, date] = field(default_factory=dict)
    state: State = State.MANAGED
    closed_on: date | None = None
    closing_reason: str = ""
    evidence: tuple[EvidenceDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class VisitDraft:
    """A visit taken over from elsewhere; `facts` are its answers by the names of the programme's facts."""

    enrolment_id: UUID
    service: str
    visited_on: date
    entered_at: datetime
    method: Method
    facts: Mapping[str, Value]
    measured_on: date | None = None
    response_id: str = ""
    observations: Mapping[str, str] = field(default_factory=dict)
    organization: OrganizationId | None = None
    account: int = 0
    occasion: str = ""
