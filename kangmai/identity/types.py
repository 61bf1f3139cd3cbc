"""A resident as people and doors see one."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kangmai.identity.matching.types import FieldEvidence
from kangmai.kernel.ids import (
    HealthRecordNumber,
    IndexNumber,
    OrganizationId,
    PatientId,
    ResidentId,
    ResourceRowId,
)


class LinkState(StrEnum):
    """What was decided about a Patient from outside."""

    LINKED = "linked"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class IdentityDocument:
    """A document: kind by the code set `ws-364.3` identity-document, number in canonical form."""

    kind_code: str
    number: str
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Demographics:
    """What is known of a person; codes by GB/T 2261, GB/T 3304."""

    name: str
    sex_code: str
    birth_date: date | None
    place_code: str
    documents: tuple[IdentityDocument, ...] = ()
    phones: tuple[str, ...] = ()
    address: str = ""
    former_names: tuple[str, ...] = ()
    ethnic_code: str = ""
    marital_code: str = ""
    mother: str = ""
    """The mother's name, by which a child is found whose own name has changed."""

    def sealed_part(self) -> dict[str, Any]:
        """What names the person, as plain JSON data to be sealed; what is not known is left out."""
        documents = [
            {"kind_code": d.kind_code, "number": d.number, "closed_on": d.closed_on}
            if d.closed_on
            else {"kind_code": d.kind_code, "number": d.number}
            for d in self.documents
        ]
        part = {
            "name": self.name,
            "documents": documents,
            "phones": self.phones,
            "address": self.address,
            "former_names": self.former_names,
            "ethnic_code": self.ethnic_code,
            "marital_code": self.marital_code,
            "mother": self.mother,
        }
        return {name: value for name, value in part.items() if value or name == "name"}


@dataclass(frozen=True, slots=True)
class Witness:
    """What one record says of a person; `birth` is the birth date as written, which may be a year only."""

    known: Demographics
    birth: str = ""


class Verdict(StrEnum):
    """What a reviewer finds of two records."""

    SAME = "same"
    DIFFERENT = "different"
    HOUSEHOLD = "household"
    LATER = "later"


class ReviewKind(StrEnum):
    """Why a person is asked to look."""

    PATIENT = "patient"
    """A Patient from outside may be of a resident."""
    DUPLICATE = "duplicate"
    """Two residents may be one."""
    SPLIT = "split"
    """What is linked to one resident may be of several people."""
    DOCUMENT = "document"
    """The number of a document says another birth date or sex than the resident's own."""


@dataclass(frozen=True, slots=True)
class Resident:
    """A resident with everything the reader's scope allows."""

    id: ResidentId
    index_number: IndexNumber
    record_number: HealthRecordNumber | None
    patient_id: PatientId
    patient_rid: ResourceRowId
    demographics: Demographics
    managing_org: OrganizationId | None
    household_id: int | None
    deceased_on: date | None
    moved_out_on: date | None
    is_invented: bool
    version: int
    linked_patients: tuple[PatientId, ...] = field(default=())


class PatientGroup(StrEnum):
    """Groups of arriving Patients that the index finds differently hard."""

    ALL = "all"
    INFANT = "infant"
    """Under one year when it was decided."""
    ELDERLY = "elderly"
    """65 years or more."""
    UNNUMBERED = "unnumbered"
    """Without a valid identity number."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What became of some arriving Patients.

    `linked` are those that the index linked by itself and nobody has parted since, `wrong` those that
    people parted, `confirmed` those that a person linked because the index did not, `registered` those
    that became new residents, `reviewed` those that were doubtful.
    """

    arrived: int = 0
    linked: int = 0
    reviewed: int = 0
    registered: int = 0
    confirmed: int = 0
    wrong: int = 0

    @property
    def precision(self) -> float | None:
        """Of what the index linked by itself, the share that nobody has parted; None where it linked none."""
        return self.linked / (self.linked + self.wrong) if self.linked + self.wrong else None

    @property
    def recall(self) -> float | None:
        """Of what belongs to residents known, as far as was found, the share that the index linked by itself."""
        known = self.linked + self.confirmed + self.wrong
        return self.linked / known if known else None

    @property
    def review_share(self) -> float | None:
        """The share that a person had to look at."""
        return self.reviewed / self.arrived if self.arrived else None


@dataclass(frozen=True, slots=True)
class Individual:
    """A master row with every Patient of the resident and the assurance of its link, in FHIR's words.

    `replaced_by` is the home Patient of the resident that a merge put in his place; he has no links then.
    """

    resident: Resident
    patients: tuple[tuple[PatientId, str], ...]
    replaced_by: PatientId | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """How one candidate compares, as it was kept with the decision; nothing in it names a person.

    `evidence` are field, level and bits; `match`, `stranger` and `household` as in `matching.types.Score`.
    """

    resident_id: ResidentId
    probability: float
    match: float
    stranger: float
    household: float
    evidence: tuple[FieldEvidence, ...]
    cautions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Similar:
    """A resident who resembles somebody about to be registered, shown in part."""

    resident: Resident
    explained: Explained
    is_certain: bool
    """Whether the index would have taken the two for one by itself."""
    is_inside: bool
    """Whether he is inside the reader's scope."""


@dataclass(frozen=True, slots=True)
class Matched:
    """A resident found by `match`, with how sure it is: certain, probable, possible or certainly not."""

    resident: Resident
    explained: Explained
    grade: str


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A case in the queue."""

    id: int
    kind: ReviewKind
    opened_at: datetime
    postponed_at: datetime | None
    probability: float
    resident: Resident | None
    version: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A resident beside whom an arriving record, or another resident, is put."""

    resident: Resident
    explained: Explained | None


@dataclass(frozen=True, slots=True)
class LinkedPatient:
    """A Patient from outside that is linked to a resident, and what it says of the person."""

    id: PatientId
    author_org: OrganizationId | None
    says: Demographics
    is_manual: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A case with all that a reviewer needs to decide it.

    `asked` is the arriving record; in a case about residents it is what is known of `resident`.
    """

    id: int
    kind: ReviewKind
    version: int
    asked: Demographics | None
    author_org: OrganizationId | None
    resident: Resident | None
    candidates: tuple[Candidate, ...]
    linked: tuple[LinkedPatient, ...]


@dataclass(frozen=True, slots=True)
class MergeLine:
    """One merge in a resident's history."""

    kept: IndexNumber
    retired: IndexNumber
    reason: str
    merged_at: datetime
    undone_at: datetime | None


class CorrectionField(StrEnum):
    """What a resident may find wrong about himself; `other` is anything else in his record, in words."""

    NAME = "name"
    SEX = "sex"
    BIRTH_DATE = "birth_date"
    PHONE = "phone"
    ADDRESS = "address"
    MOTHER = "mother"
    OTHER = "other"


class CorrectionState(StrEnum):
    """Where a correction that a resident asked for stands."""

    ASKED = "asked"
    APPLIED = "applied"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction that a resident asked for: what it was, what it should be, and what was answered."""

    id: UUID
    resident: "Resident"
    field: CorrectionField
    state: CorrectionState
    before: str
    value: str
    reason: str
    answer: str
    asked_at: datetime
    decided_at: datetime | None
    version: int
