"""Whom an actor sees of the resident index, and a row as the resident it stands for."""

from django.db.models import Q, QuerySet

from kangmai.identity import models
from kangmai.identity.details import open_details
from kangmai.identity.types import Demographics, Resident
from kangmai.kernel.actor import DataScope
from kangmai.kernel.ids import (
    HealthRecordNumber,
    IndexNumber,
    OrganizationId,
    PatientId,
    ResidentId,
    ResourceRowId,
)


def demographics_of(row: models.Resident) -> Demographics:
    """What is known of a resident, opened."""
    details = open_details(row.id, row.details_key, bytes(row.details))
    return Demographics(
        sex_code=row.sex_code, birth_date=row.birth_date, place_code=row.place_code, **details
    )


def resident_of(
    row: models.Resident,
    linked: tuple[PatientId, ...] = (),
    *,
    known: Demographics | None = None,
) -> Resident:
    """A row as the rest of the house sees it; `known` is what was opened of it already."""
    return Resident(
        id=ResidentId(row.id),
        index_number=IndexNumber(row.index_number),
        record_number=HealthRecordNumber(row.record_number) if row.record_number else None,
        patient_id=PatientId(row.patient_id),
        patient_rid=ResourceRowId(row.patient_rid),
        demographics=known or demographics_of(row),
        managing_org=OrganizationId(row.managing_org) if row.managing_org else None,
        household_id=row.household_id,
        deceased_on=row.deceased_on,
        moved_out_on=row.moved_out_on,
        is_invented=row.is_invented,
        version=row.version,
        linked_patients=linked,
    )


def is_inside(row: models.Resident, scope: DataScope) -> bool:
    """Whether a scope reaches a resident: the same rule as over the record."""
    return inside(scope).filter(id=row.id).exists()


def inside(scope: DataScope) -> QuerySet[models.Resident]:
    """The residents a scope reaches, merged ones left out."""
    residents = models.Resident.objects.filter(merged_into=None)
    if scope.everything:
        return residents
    reach = Q(managing_org__in=scope.organizations) | Q(id__in=scope.residents)
    for place in scope.places:
        reach |= Q(place_code__gte=place.low, place_code__lt=place.high)
    return residents.filter(reach).exclude(id__in=scope.objections)


def reaches(scope: DataScope, row: models.Resident) -> bool:
    """Whether a scope reaches a row that was read already: `inside` without asking the database."""
    if scope.everything:
        return True
    return row.id not in scope.objections and (
        row.managing_org in scope.organizations
        or row.id in scope.residents
        or any(place.covers(row.place_code) for place in scope.places)
    )
