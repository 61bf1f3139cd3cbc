"""Members of staff, posts and certificates: what people say about them, and what is kept."""

from dataclasses import dataclass
from datetime import date, datetime

from kangmai.kernel.ids import OrganizationId
from kangmai.standards.types import Sex


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFacts:
    """What people say about a member of staff; the last three are kept sealed."""

    name: str
    sex: Sex = Sex.UNKNOWN
    is_invented: bool = False
    identity_number: str = ""
    phone: str = ""
    birth_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A member of staff as everyone in the house may see him."""

    id: int
    name: str
    sex: str
    sort_key: str
    fhir_id: str
    is_invented: bool
    version: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class StaffDetails:
    """What only a registrar of one of his institutions may see."""

    identity_number: str
    phone: str
    birth_date: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFacts:
    """A role in an institution, from a day on."""

    staff_id: int
    organization_id: int
    role_code: str
    from_on: date
    department_id: int | None = None
    title_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post as kept."""

    id: int
    staff_id: int
    organization_id: OrganizationId
    department_id: int | None
    role_code: str
    title_code: str
    fhir_id: str
    from_on: date
    to_on: date | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationFacts:
    """A licence or certificate of a member of staff."""

    staff_id: int
    kind_code: str
    number: str
    scope: str = ""
    issued_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification:
    """A licence or certificate as kept."""

    id: int
    staff_id: int
    kind_code: str
    number: str
    scope: str
    issued_on: date | None
    expires_on: date | None
    revoked_on: date | None
