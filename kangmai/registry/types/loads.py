"""Rows of bulk loads."""

from dataclasses import dataclass

from kangmai.registry.types.organizations import DepartmentFacts, OrganizationFacts
from kangmai.registry.types.places import PlaceFacts
from kangmai.registry.types.staff import PostFacts, QualificationFacts, StaffFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationLoad:
    """An institution of a bulk load; the parent, by code, comes earlier in the load or is there already."""

    facts: OrganizationFacts
    fhir_id: str = ""
    parent_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentLoad:
    """A department of a bulk load."""

    organization_id: int
    facts: DepartmentFacts
    fhir_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLoad:
    """A member of staff of a bulk load; the `staff_id` of certificates is put in when it is known."""

    facts: StaffFacts
    fhir_id: str = ""
    certificates: tuple[QualificationFacts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLoad:
    """A post of a bulk load."""

    facts: PostFacts
    fhir_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLoad:
    """A place of a bulk load."""

    facts: PlaceFacts
    fhir_id: str = ""
