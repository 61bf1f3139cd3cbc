"""Write the FHIR projection of master rows into the record, in the transaction that changed them."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from kangmai.kernel.actor import Actor
from kangmai.records.actions import put_projection
from kangmai.registry import fhir, models
from kangmai.registry.fhir import Resource
from kangmai.registry.types import Department, Organization, Place, Post, Qualification, Staff
from kangmai.registry.values import value_of

BATCH = 500


def project_organization(row: models.Organization, *, actor: Actor, at: datetime) -> None:
    """Project an institution and where it stands."""
    organization = value_of(Organization, row)
    parent = row.parent.fhir_id if row.parent else None
    resources = [
        fhir.organization_to_fhir(organization, parent_fhir_id=parent),
        fhir.location_to_fhir(organization),
    ]
    put(resources, actor=actor, at=at)


def project_department(row: models.Department, *, actor: Actor, at: datetime) -> None:
    """Project a department."""
    department = value_of(Department, row)
    resource = fhir.department_to_fhir(department, organization_fhir_id=row.organization.fhir_id)
    put([resource], actor=actor, at=at)


def project_place(row: models.Place, *, actor: Actor, at: datetime) -> None:
    """Project a place."""
    put([fhir.place_to_fhir(value_of(Place, row))], actor=actor, at=at)


def project_staff(row: models.Staff, *, actor: Actor, at: datetime) -> None:
    """Project a member of staff with his certificates."""
    certificates = [
        value_of(Qualification, each)
        for each in row.qualifications.filter(revoked_on=None).order_by("id")
    ]
    staff = value_of(Staff, row)
    put([fhir.practitioner_to_fhir(staff, qualifications=certificates)], actor=actor, at=at)


def project_post(row: models.Post, *, actor: Actor, at: datetime) -> None:
    """Project a post."""
    resource = fhir.practitioner_role_to_fhir(
        value_of(Post, row),
        staff_fhir_id=row.staff.fhir_id,
        organization_fhir_id=row.organization.fhir_id,
        department_fhir_id=row.department.fhir_id if row.department else None,
    )
    put([resource], actor=actor, at=at)


def put(resources: Iterable[Resource], *, actor: Actor, at: datetime) -> None:
    """Store projected resources, some hundreds at a time."""
    waiting = iter(resources)
    while some := list(islice(waiting, BATCH)):
        put_projection(some, actor=actor, at=at)
