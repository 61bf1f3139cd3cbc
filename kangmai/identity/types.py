"""A resident as people and doors see one."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

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

    def sealed_part(self) -> dict[str, Any]:
        """What names the person, as plain JSON data to be sealed."""
        return {
            "name": self.name,
            "documents": [
                {"kind_code": d.kind_code, "number": d.number, "closed_on": d.closed_on}
                for d in self.documents
            ],
            "phones": self.phones,
            "address": self.address,
            "former_names": self.former_names,
            "ethnic_code": self.ethnic_code,
            "marital_code": self.marital_code,
        }


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
