"""Reads of the resident index, inside the actor's scope."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from kangmai.identity import models
from kangmai.identity.details import open_details
from kangmai.identity.errors import ResidentNotFound
from kangmai.identity.types import Demographics, LinkState, Resident
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, DataScope, is_permitted, require
from kangmai.kernel.ids import (
    HealthRecordNumber,
    IndexNumber,
    OrganizationId,
    PatientId,
    ResidentId,
    ResourceRowId,
)
from kangmai.records import queries as records


def demographics_of(row: models.Resident) -> Demographics:
    """What is known of a resident, opened."""
    details = open_details(row.id, row.details_key, bytes(row.details))
    return Demographics(
        sex_code=row.sex_code, birth_date=row.birth_date, place_code=row.place_code, **details
    )


def resident_of(row: models.Resident, linked: tuple[PatientId, ...] = ()) -> Resident:
    """A row as the rest of the house sees it."""
    return Resident(
        id=ResidentId(row.id),
        index_number=IndexNumber(row.index_number),
        record_number=HealthRecordNumber(row.record_number) if row.record_number else None,
        patient_id=PatientId(row.patient_id),
        patient_rid=ResourceRowId(row.patient_rid),
        demographics=demographics_of(row),
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


def get_resident(resident_id: ResidentId, *, actor: Actor, at: datetime) -> Resident:
    """A resident with the Patients linked to him.

    Raises:
        NotPermitted
        ResidentNotFound: there is none, or he is outside the actor's scope.
    """
    is_own = resident_id in actor.scope.residents and is_permitted(actor, "own.record")
    if not is_own:
        require(actor, "identity.search")
    row = inside(actor.scope).filter(id=current(resident_id)).first()
    if row is None:
        raise ResidentNotFound()
    links = row.links.order_by("patient_rid").values_list("patient_id", flat=True)
    audit.record_later(
        audit.Entry(actor, at, "identity.read", "Resident", str(row.id), [row.patient_rid])
    )
    return resident_of(row, tuple(PatientId(id) for id in links))


def current(resident_id: ResidentId) -> ResidentId:
    """The resident that an id stands for now: itself, or the one it was merged into."""
    row = (
        models.Resident.objects.filter(id=resident_id).values_list("merged_into", flat=True).first()
    )
    return current(ResidentId(row)) if row else resident_id


def patient_rids(resident_id: ResidentId) -> list[int]:
    """Row ids of every Patient that is this resident's: the home Patient and the linked ones."""
    resident = current(resident_id)
    home = models.Resident.objects.filter(id=resident).values_list("patient_rid", flat=True)
    linked = models.Link.objects.filter(resident_id=resident).values_list("patient_rid", flat=True)
    return [*home, *linked]


def places_of(resident_ids: Collection[ResidentId]) -> dict[ResidentId, str]:
    """Division codes of the homes of residents; codes only, for rooms that place their own rows."""
    rows = models.Resident.objects.filter(id__in=resident_ids).values_list("id", "place_code")
    return {ResidentId(id): place for id, place in rows}


def search_residents(
    text: str, *, after: int = 0, limit: int = 20, actor: Actor, at: datetime
) -> list[Resident]:
    """Residents by name (characters, pinyin or initials, from the beginning), document or phone number.

    Ordered by resident id; `after` is the last id of the page before. Text without a match gives
    nothing; every search is audited without its text.

    Raises:
        NotPermitted
    """
    require(actor, "identity.search")
    words = text.strip()
    if not words:
        return []
    rids = records.find_people(words, limit=limit * 5, actor=actor)
    by_home = inside(actor.scope).filter(
        Q(patient_rid__in=rids)
        | Q(links__patient_rid__in=rids)
        | Q(index_number=words)
        | Q(record_number=words)
    )
    rows = list(by_home.filter(id__gt=after).distinct().order_by("id")[:limit])
    subjects = [row.patient_rid for row in rows]
    audit.record_later(audit.Entry(actor, at, "identity.search", "Resident", "", subjects))
    return [resident_of(row) for row in rows]


def search_village(
    place: str, *, after: int = 0, limit: int = 50, actor: Actor, at: datetime
) -> list[Resident]:
    """Residents who live at or below a division, by resident id.

    Raises:
        NotPermitted
    """
    require(actor, "identity.search")
    rows = (
        inside(actor.scope)
        .filter(place_code__startswith=place, id__gt=after)
        .order_by("id")[:limit]
    )
    found = [resident_of(row) for row in rows]
    audit.record_later(
        audit.Entry(actor, at, "identity.list", "Division", place, [r.patient_rid for r in found])
    )
    return found


def count_waiting(*, actor: Actor) -> int:
    """How many Patients from outside wait for a resident, in the whole installation.

    Raises:
        NotPermitted
    """
    require(actor, "identity.review")
    return models.Link.objects.filter(state=LinkState.WAITING).count()
