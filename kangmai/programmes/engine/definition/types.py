"""A programme and its decision rules, checked and ready to ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kangmai.analytics.facts.condition import Condition
from kangmai.analytics.facts.types import Fact
from kangmai.kernel.actor import Label
from kangmai.programmes.engine.kinds import LooksAt, Method, Priority, Referral, State, Way

Words = Mapping[str, str]
"""The same in `zh` and `en`."""


@dataclass(frozen=True, slots=True)
class Offset:
    """So long after an anchor."""

    months: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Floor:
    """How many visits a calendar year wants at least, and how far apart the last ones may be pressed."""

    per_year: int
    spacing_days: int


@dataclass(frozen=True, slots=True)
class Occasion:
    """One of a row of occasions, each due from `after`, late after `until`, given up after `catch_up_until`."""

    id: str
    title: Words
    after: Offset
    until: Offset | None
    catch_up_until: Offset | None
    early_days: int | None = None
    """How many days before it a visit fulfils it; None: as many as make it due soon."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a service is due next.

    `by_decision`: when the latest visit's decision says; `repeat`: `every` after the latest that
    counted; both begin `first` after the anchor. `occasions`: the next of the row, or before it when
    the latest visit's decision says. From the day of the anchor `ends_at` nothing more is due.
    """

    kind: str
    anchor: str
    first: Offset | None = None
    every: Offset | None = None
    occasions: tuple[Occasion, ...] = ()
    floor: Floor | None = None
    ends_at: str = ""


@dataclass(frozen=True, slots=True)
class AnswerFact:
    """A fact that is read from the item of a form; `any_of` makes a boolean of chosen codes.

    An answer that is carried holds at later visits that do not ask for it anew: so many days, if it is one of
    some codes.
    """

    fact: Fact
    item: str
    any_of: frozenset[str]
    is_kept: bool
    carried_days: int = 0
    carried_codes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Service:
    """Something a programme does again and again, with its form and its schedule."""

    id: str
    title: Words
    form: str
    day_item: str
    method_item: str
    methods: Mapping[str, Method]
    decides: bool
    schedule: Schedule
    answers: Mapping[str, AnswerFact]
    growth: Mapping[str, str]
    """Measure of growth (weight, length, head, is_lying) → the fact that has it; empty where a service
    judges no growth."""
    counting_methods: frozenset[Method]
    complete: Condition | None
    handover_system: str
    handover_values: Mapping[str, Any]
    handover_classes: Mapping[str, str]
    """Class here → class there, where they differ; an empty one is left out."""
    sets: Mapping[str, str] = field(default_factory=dict)
    """Anchor → item of the form that tells its day."""
    headline: tuple[Words, ...] = ()
    """What lists say of a visit; each part names kept facts in braces."""
    joint: str = ""
    """Services of this name are done in one visit."""
    is_apart: bool = False
    """Whether its class is not that of the enrolment."""


@dataclass(frozen=True, slots=True)
class Late:
    """When something is due soon, overdue, entered late, lost."""

    due_soon_days: int
    overdue_after_days: int
    late_entry_after_days: int
    lost_attempts: int
    lost_methods: int


@dataclass(frozen=True, slots=True)
class Readings:
    """Which measurements raise a suspicion, and on how many different days they suffice to confirm."""

    system: str
    code: str
    measures: Mapping[str, tuple[str, str]]
    """Fact → component code and UCUM unit."""
    when: Condition
    days: int


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What, arriving from anywhere, puts a resident on the list of the suspected."""

    population: Condition
    readings: Readings
    diagnosis_system: str
    diagnosis_prefixes: tuple[str, ...]
    diagnosis_codes: tuple[str, ...]
    """Those that the night looks for; what arrives is watched for by the prefixes."""


@dataclass(frozen=True, slots=True)
class ByRule:
    """Whom the night takes in by itself, and as what; a diagnosis confirms whatever `state` says."""

    looks_at: LooksAt
    state: State


@dataclass(frozen=True, slots=True)
class ClosingReason:
    """Why an enrolment may end."""

    id: str
    title: Words
    may_reopen: bool


@dataclass(frozen=True, slots=True)
class AnchorDay:
    """A day, besides birth and enrolment, from which services count.

    `is_needed` at enrolment, else a visit sets it. It lies at most `earliest_days` before the enrolment,
    and `apart_days` or more from that of an earlier enrolment, which would be the same episode. Pages
    count from it in `shown_in` (weeks, days or nothing) until the anchor `until`.
    """

    id: str
    title: Words
    is_needed: bool
    earliest_days: int | None
    apart_days: int | None
    shown_in: str
    until: str


@dataclass(frozen=True, slots=True)
class ProgrammeDeadline:
    """A time limit that begins with an anchor or the enrolment and is met by a visit of a service."""

    definition: str
    since: str
    met_by: str


@dataclass(frozen=True, slots=True)
class Programme:
    """One dated programme."""

    id: str
    title: Words
    is_verified: bool
    effective_from: date
    population: Condition
    anchors: Mapping[str, AnchorDay]
    ways: frozenset[Way]
    by_rule: ByRule | None
    suspicion: Suspicion | None
    services: Mapping[str, Service]
    late: Late
    closing_reasons: Mapping[str, ClosingReason]
    roles: tuple[str, ...]
    decision: str
    label: Label = Label.NORMAL
    who: Words = field(default_factory=dict)
    deadlines: tuple[ProgrammeDeadline, ...] = ()

    @property
    def version(self) -> str:
        """The name of this dated entry."""
        return f"{self.id}@{self.effective_from}"


@dataclass(frozen=True, slots=True)
class Opens:
    """Another programme in which residents of a class stand from the day of the visit on."""

    programme: str
    anchors: tuple[str, ...]
    """Its anchors that are this day; days both programmes know by one name are taken over."""


@dataclass(frozen=True, slots=True)
class OutcomeClass:
    """A class a visit can be given."""

    id: str
    title: Words
    priority: Priority
    opens: Opens | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One decision rule; without a condition it always holds."""

    id: str
    when: Condition | None = field(repr=False)
    outcome: str
    reason: Words
    alarms: bool
    """Whether it is told and saved as soon as it holds, before everything required is answered."""
    next_days: int | None
    overdue_after_days: int | None
    refer: Referral | None
    deadline: str
    message: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The dated decision rules of a programme, ordered from the most severe outcome."""

    id: str
    title: Words
    programme: str
    use: str
    is_verified: bool
    effective_from: date
    target: Condition | None
    classes: Mapping[str, OutcomeClass]
    rules: tuple[Rule, ...]

    @property
    def version(self) -> str:
        """The name of this dated entry, as it is kept with each visit."""
        return f"{self.id}@{self.effective_from}"
