"""Institutions and departments: what people say about them, and what is kept."""

from dataclasses import dataclass
from datetime import date, datetime

from kangmai.kernel.ids import OrganizationId
from kangmai.registry.types.kinds import OrganizationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationFacts:
    """What people say about an institution: the content of its form, of a CSV row, of a bulk load."""

    code: str
    name: str
    kind: OrganizationKind
    division_code: str
    jurisdiction_code: str = ""
    name_en: str = ""
    type_code: str = ""
    level_code: str = ""
    ownership_code: str = ""
    parent_id: int | None = None
    credit_code: str = ""
    address: str = ""
    phone: str = ""
    longitude: float | None = None
    latitude: float | None = None
    point_kind: str = ""
    is_invented: bool = False
    opened_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """An institution as kept."""

    id: OrganizationId
    code: str
    name: str
    name_en: str
    kind: str
    type_code: str
    level_code: str
    ownership_code: str
    division_code: str
    jurisdiction_code: str
    parent_id: OrganizationId | None
    credit_code: str
    fhir_id: str
    address: str
    phone: str
    longitude: float | None
    latitude: float | None
    point_kind: str
    is_invented: bool
    opened_on: date | None
    closed_on: date | None
    sort_key: str
    version: int
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentFacts:
    """What people say about a department."""

    code: str
    name: str
    name_en: str = ""
    subject_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A department as kept."""

    id: int
    organization_id: OrganizationId
    code: str
    name: str
    name_en: str
    subject_code: str
    fhir_id: str
    closed_on: date | None
    version: int
