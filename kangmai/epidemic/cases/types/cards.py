"""A report card: what it says, its faults, its history, the investigation of its case."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from kangmai.epidemic.cases.types.states import Deed, PlaceState, State
from kangmai.forms.types import Answered, Form
from kangmai.kernel.actor import Label
from kangmai.kernel.ids import AccountId, OrganizationId, ResidentId


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


@dataclass(frozen=True, slots=True)
class PlaceProposal:
    """A registry place that free text may mean, with the likeness of the names from 0 to 1."""

    place_id: int
    name: str
    division_code: str
    likeness: float
