"""Institutions, departments, staff, posts, beds and places of the invented city into the registry."""

from collections.abc import Sequence
from datetime import date, datetime

from kangmai.commandline.city.city import InventedCity
from kangmai.commandline.city.columns import TownChunk
from kangmai.commandline.city.institutions.types import Institution, StaffMember
from kangmai.kernel.actor import Actor
from kangmai.registry import actions
from kangmai.registry.types import (
    BedFacts,
    DepartmentFacts,
    DepartmentLoad,
    OrganizationFacts,
    OrganizationKind,
    OrganizationLoad,
    PlaceFacts,
    PlaceKind,
    PlaceLoad,
    PostFacts,
    PostLoad,
    QualificationFacts,
    StaffFacts,
    StaffLoad,
)
from kangmai.standards.types import Sex

GENERAL_BEDS = "general"
GENERALISTS = 3
"""Every third physician holds the certificate of general practice."""


def load_institutions(city: InventedCity, *, actor: Actor, at: datetime) -> list[int]:
    """Load every institution; the registry's ids in the order of the network."""
    network = city.network.institutions
    rows = [_organization(each, network) for each in network]
    return actions.load_organizations(rows, actor=actor, at=at)


def _organization(each: Institution, network: Sequence[Institution]) -> OrganizationLoad:
    facts = OrganizationFacts(
        code=each.code,
        name=each.name,
        name_en=each.name_en,
        kind=OrganizationKind(each.kind),
        type_code=each.type_code,
        level_code=each.level_code,
        ownership_code=each.ownership_code,
        division_code=each.division,
        jurisdiction_code=each.jurisdiction,
        credit_code=each.credit_code,
        is_invented=True,
        opened_on=each.opened_on,
    )
    parent = network[each.parent].code if each.parent >= 0 else ""
    return OrganizationLoad(facts=facts, fhir_id=each.id, parent_code=parent)


def load_people(
    city: InventedCity, organizations: Sequence[int], *, actor: Actor, at: datetime
) -> list[int]:
    """Load departments, staff and their posts, and beds; the registry's staff ids in the network's order."""
    network = city.network
    departments = actions.load_departments(
        [
            DepartmentLoad(
                organization_id=organizations[d.institution],
                fhir_id=d.id,
                facts=DepartmentFacts(
                    code=d.code, name=d.name, name_en=d.name_en, subject_code=d.subject_code
                ),
            )
            for d in network.departments
        ],
        actor=actor,
        at=at,
    )
    staff = actions.load_staff([_staff(member) for member in network.staff], actor=actor, at=at)
    posts = [
        _post(member, staff[member.order], organizations, departments) for member in network.staff
    ]
    actions.load_posts(posts, actor=actor, at=at)
    _load_beds(city, organizations, actor, at)
    return staff


def _staff(member: StaffMember) -> StaffLoad:
    certificates: tuple[QualificationFacts, ...] = ()
    if member.licence:
        certificates = (
            QualificationFacts(
                staff_id=0,
                kind_code=member.licence,
                number=member.certificate,
                issued_on=member.issued_on,
            ),
        )
    if member.work == "physician" and member.order % GENERALISTS == 0:
        number = f"{member.certificate}G"
        certificates += (
            QualificationFacts(
                staff_id=0, kind_code="general_practice", number=number, issued_on=member.issued_on
            ),
        )
    facts = StaffFacts(
        name=member.name, sex=Sex(member.sex), birth_date=member.birth_on, is_invented=True
    )
    return StaffLoad(facts=facts, fhir_id=member.id, certificates=certificates)


def _post(
    member: StaffMember, staff: int, organizations: Sequence[int], departments: Sequence[int]
) -> PostLoad:
    facts = PostFacts(
        staff_id=staff,
        organization_id=organizations[member.institution],
        role_code=member.role,
        from_on=member.from_on,
        department_id=departments[member.department] if member.department >= 0 else None,
        title_code=member.title,
    )
    return PostLoad(facts=facts, fhir_id=member.post_id)


def _load_beds(
    city: InventedCity, organizations: Sequence[int], actor: Actor, at: datetime
) -> None:
    beds = [
        BedFacts(
            organization_id=organizations[each.order],
            kind_code=GENERAL_BEDS,
            from_on=each.opened_on,
            available=each.beds,
            authorized=each.beds,
            is_invented=True,
        )
        for each in city.network.institutions
        if each.beds
    ]
    actions.load_beds(beds, actor=actor, at=at)


def load_places(chunk: TownChunk, *, on: date, actor: Actor, at: datetime) -> None:
    """Load the schools, nurseries, care homes and work sites of a town."""
    places = chunk.gatherings
    rows = [
        PlaceLoad(
            facts=PlaceFacts(
                code=f"{chunk.town.code}-{row:04d}",
                kind=PlaceKind(places.kind[row].decode()),
                name=places.name[row].as_py(),
                division_code=chunk.town.villages[int(places.village[row])],
                credit_code=places.credit_code[row].decode(),
                headcount=int(places.head_count[row]),
                capacity=int(places.capacity[row]) or None,
                is_invented=True,
            )
        )
        for row in range(len(places.kind))
    ]
    actions.load_places(rows, actor=actor, at=at)
