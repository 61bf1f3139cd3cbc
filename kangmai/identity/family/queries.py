"""Who may act for whom."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from kangmai.identity import models as residents
from kangmai.identity.family import models
from kangmai.identity.family.errors import NotYourFamily
from kangmai.identity.family.types import Authority, Kind, Power, Relative
from kangmai.identity.queries import current, same_resident_ids, standing
from kangmai.identity.reach import demographics_of, inside
from kangmai.kernel.actor import Actor, Purpose, is_permitted
from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.standards.calendars import legal_day

RECORD, OWN = "family.record", "own.family"


def authority_of(row: models.Authority) -> Authority:
    """A row as others see it, both sides as they stand today."""
    now = standing((ResidentId(row.holder_id), ResidentId(row.subject_id)))
    return Authority(
        id=row.id,
        holder=now[ResidentId(row.holder_id)],
        subject=now[ResidentId(row.subject_id)],
        kind=Kind(row.kind),
        powers=frozenset(map(Power, row.powers)),
        evidence=row.evidence,
        from_on=row.from_on,
        to_on=row.to_on,
        ended_at=row.ended_at,
        organization=OrganizationId(row.organization) if row.organization else None,
        version=row.version,
    )


def find_authority(*, holder: ResidentId, subject: ResidentId, at: datetime) -> Authority | None:
    """The authority by which one resident acts for another now; for the door that builds actors."""
    rows = models.Authority.objects.filter(
        holder_id__in=same_resident_ids(holder),
        subject_id__in=same_resident_ids(subject),
        ended_at=None,
    ).order_by("id")
    today = legal_day(at)
    found = (authority_of(row) for row in rows)
    standing_one = next((each for each in found if each.is_in_force(today)), None)
    if standing_one is None:
        return None
    alive = residents.Resident.objects.filter(
        id__in=(standing_one.holder, standing_one.subject), deceased_on=None
    )
    return standing_one if alive.count() == 2 else None


def acts_for(holder: ResidentId, *, actor: Actor, at: datetime) -> list[Relative]:
    """For whom a resident may act now, by name. Raises NotYourFamily for anybody else."""
    if not is_of_holder(holder, actor=actor):
        raise NotYourFamily()
    rows = models.Authority.objects.filter(
        holder_id__in=same_resident_ids(current(holder)), ended_at=None
    )
    found = [authority_of(row) for row in rows.order_by("id")]
    today = legal_day(at)
    return _named([(each, each.subject) for each in found if each.is_in_force(today)])


def act_for(subject: ResidentId, *, actor: Actor) -> list[Relative]:
    """Who may act, or could once act, for a resident; standing ones first.

    Raises:
        NotYourFamily: the actor is neither the resident, nor acts for him, nor may record for him.
    """
    is_own = actor.purpose is Purpose.RESIDENT and current(subject) in actor.scope.residents
    if not is_own and not may_record(subject, actor=actor):
        raise NotYourFamily()
    rows = models.Authority.objects.filter(subject_id__in=same_resident_ids(current(subject)))
    found = [authority_of(row) for row in rows.order_by("-ended_at", "id")]
    found.sort(key=lambda each: each.ended_at is not None)
    return _named([(each, each.holder) for each in found])


def name_of(resident_id: ResidentId) -> str:
    """The name of somebody for whom the actor at the page acts just now."""
    row = residents.Resident.objects.filter(id=current(resident_id)).first()
    return demographics_of(row).name if row else ""


def is_of_subject(resident_id: ResidentId, *, actor: Actor) -> bool:
    """Whether the actor is this resident himself, and may decide about his family."""
    return (
        actor.purpose is Purpose.RESIDENT
        and is_permitted(actor, OWN)
        and current(resident_id) in actor.scope.residents
    )


is_of_holder = is_of_subject
"""The same test from the other side: whoever holds an authority acts as himself when he gives it back."""


def may_record(subject: ResidentId, *, actor: Actor) -> bool:
    """Whether the actor takes down authorities for residents whom he serves."""
    now = current(subject)
    return is_permitted(actor, RECORD) and inside(actor.scope).filter(id=now).exists()


def _named(found: Collection[tuple[Authority, ResidentId]]) -> list[Relative]:
    ids = {other for _, other in found}
    rows = {row.id: row for row in residents.Resident.objects.filter(Q(id__in=ids)).order_by("id")}
    return [
        Relative(
            authority,
            other,
            rows[other].index_number,
            demographics_of(rows[other]).name,
            rows[other].birth_date,
        )
        for authority, other in found
    ]
