"""The rows of which the invented network of institutions is made; positions refer to its tuples."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Institution:
    """An invented institution. `order` is its position in the network, `parent` another's or -1.

    `kind` is a `registry.types.OrganizationKind`, `type_code` WS 218, `level_code` level and grade
    in one (02 = tertiary A, 11 = none), `jurisdiction` the division whose residents it answers for.
    """

    order: int
    code: str
    id: str
    key: str
    kind: str
    name: str
    name_en: str
    type_code: str
    level_code: str
    ownership_code: str
    management_code: str
    division: str
    jurisdiction: str
    parent: int
    credit_code: str
    beds: int
    opened_on: date


@dataclass(frozen=True, slots=True)
class Department:
    """A department of an institution, by position."""

    order: int
    institution: int
    code: str
    id: str
    name: str
    name_en: str
    subject_code: str


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person at work.

    `work` is a key of `posts.names` in `network.yaml`; `role`, `licence` and `title` are codes of the
    registry's vocabularies post_role, qualification_kind (empty: none needed) and title.
    `certificate` is the licence's number and marks itself invented.
    """

    order: int
    id: str
    post_id: str
    name: str
    sex: str
    birth_on: date
    institution: int
    department: int
    work: str
    role: str
    licence: str
    title: str
    certificate: str
    issued_on: date
    from_on: date


@dataclass(frozen=True, slots=True)
class Team:
    """A family-doctor team of a town: which of its villages, who leads, who belongs (staff positions)."""

    town: int
    number: int
    name: str
    institution: int
    villages: tuple[int, ...]
    leader: int
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Network:
    """Everything that treats, prevents, supervises and steers.

    `town_institution[t]` is the township hospital or community centre of town t, `village_clinics[t]`
    the clinic of each of its villages, `county_hospital` and `county_cdc` by county code.
    """

    institutions: tuple[Institution, ...]
    departments: tuple[Department, ...]
    staff: tuple[StaffMember, ...]
    teams: tuple[Team, ...]
    town_institution: tuple[int, ...]
    village_clinics: tuple[tuple[int, ...], ...]
    county_hospital: dict[str, int]
    county_cdc: dict[str, int]
    staff_of: tuple[tuple[int, ...], ...]
