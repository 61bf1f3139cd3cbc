"""What every change of a resident ends with: his projections in the record, and the place of all his Patients."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection

from kangmai.identity import models
from kangmai.identity.fhir import to_fhir
from kangmai.identity.index.candidates import root_of
from kangmai.identity.queries import members, patient_rids
from kangmai.identity.reach import demographics_of
from kangmai.kernel import audit, feed
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import OrganizationId, ResidentId, ResourceRowId
from kangmai.records import actions as records


def place(resident_id: int) -> None:
    """Put every Patient of a resident, and of those merged into him, where he belongs now."""
    row = models.Resident.objects.get(id=root_of(resident_id))
    records.place_subject(
        patients=[ResourceRowId(rid) for rid in patient_rids(ResidentId(row.id))],
        resident=ResidentId(row.id),
        place_code=row.place_code,
        managing_org=OrganizationId(row.managing_org) if row.managing_org else None,
    )


def project(residents: Iterable[int], *, actor: Actor, at: datetime) -> None:
    """Write the home Patients of residents, and of those merged into them, as they are now."""
    wanted = sorted({each for id in residents for each in members(ResidentId(id))})
    rows = models.Resident.objects.filter(id__in=wanted).order_by("id")
    records.put_projection([home_patient(row) for row in rows], actor=actor, at=at)


def home_patient(row: models.Resident) -> dict[str, Any]:
    """The home Patient of a master row."""
    into = row.merged_into
    retired = row.resident_set.order_by("id").values_list("patient_id", flat=True)
    return to_fhir(
        demographics_of(row),
        patient_id=row.patient_id,
        index_number=row.index_number,
        record_number=row.record_number,
        deceased_on=row.deceased_on,
        replaced_by=into.patient_id if into else None,
        replaces=tuple(retired),
        is_invented=row.is_invented,
    )


def write_down(
    row: models.Resident,
    action: str,
    *,
    data: dict[str, Any] | None = None,
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Audit a change of a resident and announce it."""
    audit.record(
        connection.connection,
        actor=actor,
        at=at,
        action=action,
        object_type="Resident",
        object_id=str(row.id),
        subjects=[row.patient_rid],
        reason=reason,
    )
    feed.announce(connection.connection, kind=action, key=str(row.id), data=data, at=at)
