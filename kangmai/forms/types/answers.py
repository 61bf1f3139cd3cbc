"""Answers to a form, what is wrong with them, what was saved, and what is proposed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from kangmai.forms.types.definition import Choice, Form, Given, Row, Value, Words
from kangmai.kernel.ids import AccountId, OrganizationId, ResidentId


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered: by link id, and by rows for repeating groups.

    `confirmed` holds the places, and the ids of warning constraints, that the filler confirmed.
    """

    values: Mapping[str, Value | tuple[Choice, ...]] = field(default_factory=dict)
    rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    confirmed: frozenset[str] = frozenset()

    def number(self, link_id: str) -> Decimal | None:
        """A number in the item's unit."""
        value = self.values.get(link_id)
        if isinstance(value, bool) or not isinstance(value, Decimal | int):
            return None
        return Decimal(value)

    def code(self, link_id: str) -> str | None:
        """The code of a choice; None also where it was answered in words."""
        value = self.values.get(link_id)
        return value.code or None if isinstance(value, Choice) else None

    def codes(self, link_id: str) -> frozenset[str]:
        """The codes of a multiple choice."""
        value = self.values.get(link_id)
        return frozenset(c.code for c in value) if isinstance(value, tuple) else frozenset()

    def day(self, link_id: str) -> date | None:
        """A date."""
        value = self.values.get(link_id)
        return value if isinstance(value, date) else None

    def text(self, link_id: str) -> str | None:
        """What was written, also beside a choice."""
        value = self.values.get(link_id)
        if isinstance(value, Choice):
            return value.text or None
        return value if isinstance(value, str) else None

    def flag(self, link_id: str) -> bool | None:
        """Yes, no, or not answered."""
        value = self.values.get(link_id)
        return value if isinstance(value, bool) else None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a form must know of the resident it is about; sex by GB/T 2261.1."""

    birth_date: date | None
    sex_code: str
    deceased_on: date | None = None


class FaultKind(StrEnum):
    """Whether an answer is refused, or passes once it has been confirmed."""

    REFUSED = "refused"
    TO_CONFIRM = "to-confirm"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what was given: where, and in both languages what and how to mend it.

    What is to be confirmed passes when it is sent again together with `confirm_name`=`confirm_value`.
    The words name the item and never what was given, so that they may stand in an error.
    """

    link_id: str
    place: str
    kind: FaultKind
    zh: str
    en: str
    confirm_name: str = ""
    confirm_value: str = ""
    is_missing: bool = False
    """Whether a required answer was not given."""

    def message(self, language: str) -> str:
        """What people read, in `zh` or `en`."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood of what was given, and everything wrong with it."""

    answers: Answers
    faults: tuple[Fault, ...]

    @property
    def is_sound(self) -> bool:
        """Whether it may be saved."""
        return not self.faults

    @property
    def is_only_incomplete(self) -> bool:
        """Whether nothing is wrong with it but that required answers are still missing."""
        return bool(self.faults) and all(fault.is_missing for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Saved:
    """The result of saving or correcting.

    `is_repeated` says that this key had been used for it before, `is_open` that required answers are
    still missing, as its caller allowed.
    """

    response_id: str
    version: int
    observations: Mapping[str, str]
    answers: Answers
    effective_on: date
    is_repeated: bool = False
    is_open: bool = False


class ResponseStatus(StrEnum):
    """What a response is, by FHIR's questionnaire-answers-status."""

    OPEN = "in-progress"
    COMPLETED = "completed"
    AMENDED = "amended"
    WITHDRAWN = "entered-in-error"


@dataclass(frozen=True, slots=True)
class Answered:
    """A response as it stands; account and name are of whoever saved this version."""

    response_id: str
    form: Form
    resident_id: ResidentId
    version: int
    status: ResponseStatus
    answers: Answers
    effective_on: date
    saved_at: datetime
    account: AccountId | None
    account_name: str
    organization: OrganizationId | None
    observations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AnswerVersion:
    """One version of a response: what it said, who said it, when, and why it was changed."""

    version: int
    status: ResponseStatus
    answers: Answers
    saved_at: datetime
    account: AccountId | None
    account_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """One place that two versions answer differently, in words for people by language."""

    link_id: str
    place: str
    title: Words
    before: Words
    now: Words


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the record offers for an item: which inputs it would fill with what, and where it is from.

    `source` is the resource (`Observation/…`, `QuestionnaireResponse/…`); `is_own` says that one of the
    filler's institutions wrote it.
    """

    link_id: str
    given: Mapping[str, str | tuple[str, ...]]
    words: Words
    source: str
    organization: OrganizationId | None
    measured_on: date
    age_days: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody had typed before saving."""

    form_id: str
    form_version: date
    given: Given
    saved_at: datetime
