"""Residents by number, name and place, inside what the actor may see."""

from collections.abc import Collection
from datetime import datetime

from kangmai.identity import models
from kangmai.identity.errors import ResidentNotFound
from kangmai.identity.queries.persons import current, patient_ids, standing
from kangmai.identity.reach import inside, resident_of
from kangmai.identity.types import Resident
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, is_permitted, require
from kangmai.kernel.ids import ResidentId
from kangmai.records import queries as records


def get_resident(resident_id: ResidentId, *, actor: Actor, at: datetime) -> Resident:
    """A resident with the Patients linked to him.

    Raises:
        NotPermitted
        ResidentNotFound: there is none, or he is outside the actor's scope.
    """
    now = current(resident_id)
    is_own = now in actor.scope.residents and is_permitted(actor, "own.record")
    if not is_own:
        require(actor, "identity.search")
    row = inside(actor.scope).filter(id=now).first()
    if row is None:
        raise ResidentNotFound()
    audit.record_later(
        audit.Entry(actor, at, "identity.read", "Resident", str(row.id), [row.patient_rid])
    )
    return resident_of(row, tuple(patient_ids(ResidentId(row.id))))


def may_see(resident_id: ResidentId, *, actor: Actor) -> bool:
    """Whether an actor may open a resident."""
    reached = inside(actor.scope).filter(id=current(resident_id)).exists()
    return reached and is_permitted(actor, "identity.search")


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
    rids = records.find_people(words, limit=limit * 3, actor=actor)
    found = _found(words, rids)
    rows = list(inside(actor.scope).filter(id__in=found, id__gt=after).order_by("id")[:limit])
    subjects = [row.patient_rid for row in rows]
    audit.record_later(audit.Entry(actor, at, "identity.search", "Resident", "", subjects))
    return [resident_of(row) for row in rows]


def _found(number: str, rids: Collection[int]) -> set[int]:
    """Ids of those with a number, or whose Patients were found.

    A union: each part has an index, of which a single condition with OR would use none.
    """
    residents = models.Resident.objects
    links = models.Link.objects.filter(patient_rid__in=rids, resident__isnull=False)
    return set(
        links.values_list("resident_id", flat=True).union(
            residents.filter(patient_rid__in=rids).values_list("id", flat=True),
            residents.filter(index_number=number).values_list("id", flat=True),
            residents.filter(record_number=number).values_list("id", flat=True),
        )
    )


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


def housemates(resident_id: ResidentId, *, actor: Actor, at: datetime) -> list[Resident]:
    """The others of a resident's household inside the actor's scope, by id; empty where none is known.

    Raises:
        NotPermitted
    """
    require(actor, "identity.search")
    now = current(resident_id)
    known = models.Resident.objects.filter(id=now, household_id__isnull=False)
    household = known.values_list("household_id", flat=True).first()
    rows = inside(actor.scope).filter(household_id=household, merged_into__isnull=True)
    found = [resident_of(row) for row in rows.exclude(id=now).order_by("id")] if household else []
    audit.record_later(
        audit.Entry(actor, at, "identity.household", "Resident", str(now), [r.patient_rid for r in found])
    )  # fmt: skip
    return found


def residents_by_id(
    ids: Collection[ResidentId], *, actor: Actor, at: datetime
) -> dict[ResidentId, Resident]:
    """Those of some residents that the actor's scope reaches, for lists; merged ids give whom they stand for.

    Raises:
        NotPermitted
    """
    require(actor, "identity.search")
    now_of = standing(ids)
    rows = inside(actor.scope).filter(id__in=set(now_of.values()))
    known = {ResidentId(row.id): resident_of(row) for row in rows}
    subjects = [resident.patient_rid for resident in known.values()]
    audit.record_later(audit.Entry(actor, at, "identity.list", "Resident", "", subjects))
    return {id: known[now] for id, now in now_of.items() if now in known}


def resident_numbered(number: str) -> ResidentId:
    """The resident row of an index number, merged or not.

    Raises:
        ResidentNotFound
    """
    found = models.Resident.objects.filter(index_number=number).values_list("id", flat=True).first()
    if found is None:
        raise ResidentNotFound()
    return ResidentId(found)
