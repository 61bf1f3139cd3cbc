"""What case reports are called and made of."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from kangmai.forms.types import Answered, Form
from kangmai.kernel.actor import Label
from kangmai.kernel.ids import AccountId, OrganizationId, ResidentId

T = TypeVar("T")


class DiseaseClass(StrEnum):
    """甲, 乙, 丙 of the law, or none of them."""

    A = "A"
    B = "B"
    C = "C"
    OTHER = "other"


class CaseClass(StrEnum):
    """病例分类 as the card codes it."""

    SUSPECTED = "1"
    CLINICAL = "2"
    CONFIRMED = "3"
    CARRIER = "4"


COUNTED_CLASSES = frozenset({CaseClass.CLINICAL, CaseClass.CONFIRMED})
"""What national counts hold unless they say otherwise."""


class Origin(StrEnum):
    """Where the case was infected, as far as the card says."""

    ALL = ""
    LOCAL = "local"
    IMPORTED = "imported"


class State(StrEnum):
    """Where a card stands."""

    DRAFT = "draft"
    """A code or a result arrived; no doctor has decided."""
    DISMISSED = "dismissed"
    DIAGNOSED = "diagnosed"
    """A doctor diagnosed: the legal clock runs; the card is not complete yet."""
    SUBMITTED = "submitted"
    RETURNED = "returned"
    """The county sent it back to be mended; it counts meanwhile."""
    COUNTY_REVIEWED = "county_reviewed"
    FINAL_REVIEWED = "final_reviewed"
    REMOVED = "removed"


COUNTED_STATES = (State.SUBMITTED, State.RETURNED, State.COUNTY_REVIEWED, State.FINAL_REVIEWED)
REPORTED_STATES = (*COUNTED_STATES, State.DIAGNOSED)
"""A case that a doctor stands by, whether its card is complete or not."""


class Deed(StrEnum):
    """One step in the history of a card."""

    DRAFTED = "drafted"
    EVIDENCE = "evidence"
    EVIDENCE_WITHDRAWN = "evidence_withdrawn"
    DISMISSED = "dismissed"
    DIAGNOSED = "diagnosed"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    CORRECTED = "corrected"
    DIED = "died"
    REVIEWED = "reviewed"
    FINAL_REVIEWED = "final_reviewed"
    REMOVED = "removed"
    PLACED = "placed"
    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    INVESTIGATED = "investigated"


class Dismissal(StrEnum):
    """Why a draft is no case."""

    EXCLUDED = "excluded"
    """The disease was ruled out."""
    KNOWN = "known"
    """An old case, reported before."""
    CODE_WRONG = "code_wrong"
    WRONG_PERSON = "wrong_person"
    WITHDRAWN = "withdrawn"
    """What it was drafted from was entered in error."""


class Removal(StrEnum):
    """Why a reported card is taken away."""

    DUPLICATE = "duplicate"
    MISDIAGNOSIS = "misdiagnosis"
    EXERCISE = "exercise"
    WRONG_PERSON = "wrong_person"


class PlaceState(StrEnum):
    """How far the free text of school or workplace is known."""

    NONE = ""
    """Nothing was written."""
    WAITING = "waiting"
    """Written, and nobody has looked."""
    CONFIRMED = "confirmed"
    UNLISTED = "unlisted"
    """Looked at: the registry has no such place."""


class AssistanceState(StrEnum):
    """How a request to the county of residence stands."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Show(StrEnum):
    """Which cards of a list."""

    DRAFTS = "drafts"
    TO_SUBMIT = "to_submit"
    """Diagnosed and not submitted, or returned."""
    TO_REVIEW = "to_review"
    TO_END = "to_end"
    """Reviewed by the county, not by the city."""
    TO_PLACE = "to_place"
    """School or workplace not yet matched."""
    ALL = "all"
    REMOVED = "removed"


class AreaBasis(StrEnum):
    """By which place a case is counted."""

    HOME = "home"
    """现住址"""
    REPORTED = "reported"
    """报告地区"""


class DayBasis(StrEnum):
    """By which day a case is counted."""

    ONSET = "onset"
    DIAGNOSED = "diagnosed"
    REPORTED = "reported"
    FINAL_REVIEWED = "final_reviewed"


class Level(StrEnum):
    """Divisions of one level."""

    CITY = "city"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"


@dataclass(frozen=True, slots=True)
class Incubation:
    """Shortest and longest usual incubation."""

    min_days: int
    max_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Disease:
    """A notifiable disease or subtype, as on one day."""

    code: str
    title: Mapping[str, str]
    parent: str
    disease_class: DiseaseClass
    is_managed_as_a: bool
    report_hours: int
    """The legal limit."""
    report_hours_recommended: int
    is_single_case_alert: bool
    is_time_model_alert: bool
    is_carrier_reportable: bool
    needs_acute_chronic: bool
    label: Label
    icd10: tuple[str, ...]
    """Beginnings of codes."""
    transmission: str
    incubation: Incubation | None
    same_case_days: int | None
    """Within so many days two reports of a resident are one case; None for life."""
    sections: tuple[str, ...]
    is_statutory: bool
    is_drafted: bool
    under_years: int | None
    """Only below this age is it drafted."""
    has_subtypes: bool
    is_verified: bool
    investigation: str = ""
    """The form by which a case is investigated; empty where there is none."""

    @property
    def is_urgent(self) -> bool:
        """Whether it is dealt with within two hours, by law or by practice."""
        return self.report_hours_recommended <= 2 or self.is_single_case_alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a card says. Codes by the code sets of the card; days of life are dates.

    Args:
        home_code: division of 现住址, as deep as is known; county code only for places outside the city.
        age_years: where the birth date is unknown.
        origin: infected here or elsewhere; empty while unknown.
        sections: answers of the disease's own sections, by item.
    """

    name: str = ""
    guardian: str = ""
    document_type: str = ""
    document_number: str = field(default="", repr=False)
    sex_code: str = ""
    birth_date: datetime.date | None = None
    age_years: int | None = None
    phone: str = field(default="", repr=False)
    belongs_to: str = ""
    home_code: str = ""
    address: str = field(default="", repr=False)
    occupation: str = ""
    occupation_other: str = ""
    workplace: str = ""
    school_class: str = ""
    disease: str = ""
    disease_other: str = ""
    case_class: str = ""
    acute_chronic: str = ""
    onset_on: datetime.date | None = None
    diagnosed_at: datetime.datetime | None = None
    died_on: datetime.date | None = None
    contacts_with_symptoms: str = ""
    origin: str = ""
    origin_place: str = ""
    doctor: str = ""
    doctor_phone: str = ""
    note: str = ""
    sections: Mapping[str, str] = field(default_factory=dict)


SEALED = (
    "name", "guardian", "document_type", "document_number", "phone", "address", "occupation_other",
    "workplace", "school_class", "disease_other", "origin_place", "doctor", "doctor_phone", "note",
)  # fmt: skip
"""Fields of a card that are kept sealed, besides the answers of sections."""


class FaultKind(StrEnum):
    """Whether a fault refuses the card, or asks for a second look."""

    REFUSED = "refused"
    TO_CONFIRM = "to_confirm"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a field of a card."""

    field: str
    kind: FaultKind
    zh: str
    en: str

    def message(self, language: str) -> str:
        """The fault in a sentence."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class SectionItem:
    """A question of a disease's own section."""

    id: str
    zh: str
    en: str
    type: str
    is_required: bool
    choices: tuple[tuple[str, str, str], ...]
    """Code, Chinese, English."""


@dataclass(frozen=True, slots=True)
class Section:
    """A supplement of the card."""

    id: str
    title: Mapping[str, str]
    items: tuple[SectionItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A card in a list: codes and days, nobody's name."""

    card_id: UUID
    number: str
    disease: str
    subtype: str
    case_class: str
    severity: str
    sex_code: str
    birth_date: datetime.date | None
    age_years: int | None
    occupation: str
    home_code: str
    report_code: str
    organization: OrganizationId
    place_id: int | None
    place_state: PlaceState
    onset_on: datetime.date | None
    diagnosed_at: datetime.datetime | None
    reported_at: datetime.datetime | None
    final_reviewed_at: datetime.datetime | None
    is_imported: bool | None
    died_on: datetime.date | None
    state: State
    label: Label
    version: int


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a card is about; masked where the reader may not open it."""

    name: str
    phone: str
    address: str
    document_number: str
    is_masked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card opened: its line, what it says, and whom it is about."""

    line: CaseLine
    content: Content
    resident: ResidentId | None
    is_masked: bool
    account: AccountId
    drafted_at: datetime.datetime
    county_reviewed_at: datetime.datetime | None
    reason: str
    managing_code: str
    """The county that looks after the case: that of the report until the home county accepts it."""
    version: int


@dataclass(frozen=True, slots=True)
class Investigation:
    """The case investigation of a card: its form, and what was answered so far."""

    form: Form
    resident: ResidentId | None
    """Whose record the answers go to; a case that is no resident's is investigated on paper."""
    answered: Answered | None


@dataclass(frozen=True, slots=True)
class Step:
    """A line of a card's history; `changes` are field, before, now, only for who may open the card."""

    at: datetime.datetime
    account: AccountId
    organization: int | None
    deed: Deed
    note: str
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A resource of the record that a card was drafted from, or joined later."""

    resource_type: str
    resource_id: str
    code: str
    found_on: datetime.date
    is_withdrawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistance:
    """协查: the county of residence is asked to take a case on."""

    id: UUID
    card_id: UUID
    number: str
    disease: str
    from_code: str
    to_code: str
    state: AssistanceState
    asked_at: datetime.datetime
    decided_at: datetime.datetime | None
    note: str
    version: int


@dataclass(frozen=True, slots=True)
class PlaceProposal:
    """A registry place that free text may mean, with the likeness of the names from 0 to 1."""

    place_id: int
    name: str
    division_code: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Basis:
    """What a count counts; every figure states it."""

    area: AreaBasis
    day: DayBasis
    classes: frozenset[CaseClass] = COUNTED_CLASSES
    origin: Origin = Origin.ALL


@dataclass(frozen=True, slots=True)
class Count:
    """Cases of a disease on a day in an area."""

    disease: str
    day: datetime.date
    area: str
    cases: int
    deaths: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts with what they count; what is not there is zero."""

    basis: Basis
    level: Level
    period_from: datetime.date
    period_to: datetime.date
    rows: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `next` is the `after` of the following one, empty at the end."""

    rows: tuple[T, ...]
    next: str


class Missed(StrEnum):
    """How a case of the record stands against the cards."""

    ON_TIME = "on_time"
    LATE = "late"
    UNDECIDED = "undecided"
    """Drafted, and nobody has decided within the time of the task."""
    MISSED = "missed"
    """The record has the disease and there is no card."""
    DISMISSED = "dismissed"
    WAITING = "waiting"
    """Diagnosed, within its limit, no receipt yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyLine:
    """One resident with one disease in the record, and the card of it."""

    standing: Missed
    disease: str
    code: str
    resource_id: str
    organization: int
    recorded_on: datetime.date
    card_id: UUID | None
    number: str
    hours_late: float | None


@dataclass(frozen=True, slots=True)
class Survey:
    """The comparison of a period."""

    period_from: datetime.date
    period_to: datetime.date
    looked_at: int
    is_cut: bool
    """More records fit than were looked at."""
    sums: Mapping[Missed, int]
    lines: tuple[SurveyLine, ...]


@dataclass(frozen=True, slots=True)
class ZeroReport:
    """An institution's statement that a day had no case."""

    organization: OrganizationId
    day: datetime.date
    stated_at: datetime.datetime
    account: AccountId


@dataclass(frozen=True, slots=True)
class ReportingDay:
    """What an institution reported for a day: cards, zero, or nothing."""

    organization: OrganizationId
    day: datetime.date
    cards: int
    is_zero: bool

    @property
    def is_silent(self) -> bool:
        """Whether nothing was said."""
        return not self.cards and not self.is_zero
