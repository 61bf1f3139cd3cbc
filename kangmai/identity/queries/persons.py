"""Which rows and Patients are one person: merges, links and what they are worth."""

from collections.abc import Collection, Mapping

from django.db import connection

from kangmai.identity import models
from kangmai.identity.errors import ResidentNotFound
from kangmai.identity.index.candidates import root_of
from kangmai.identity.index.explanation import unpacked
from kangmai.identity.reach import inside, resident_of
from kangmai.identity.types import Individual, LinkState, Resident
from kangmai.kernel.actor import Actor, operator
from kangmai.kernel.connections import reading
from kangmai.kernel.ids import PatientId, ResidentId
from kangmai.records import queries as records
from kangmai.records.fhir.definitions import resource_types
from kangmai.records.types import Stored

SAME_RESIDENT_IDS_SQL = """
WITH RECURSIVE way AS (
  SELECT id, merged_into_id FROM identity_resident WHERE id = %s
  UNION SELECT r.id, r.merged_into_id FROM identity_resident r JOIN way ON r.id = way.merged_into_id),
tree AS (
  SELECT id, 0 AS steps FROM way WHERE merged_into_id IS NULL
  UNION ALL SELECT r.id, t.steps + 1 FROM identity_resident r JOIN tree t ON r.merged_into_id = t.id)
SELECT id FROM tree ORDER BY steps, id"""
"""`same_resident_ids` as part of another room's statement, `= ANY(ARRAY(…))` of one id: a trip less on a hot path.

Up to the one who stands for all, then down to all for whom he stands.
"""


def current(resident_id: ResidentId) -> ResidentId:
    """The resident that an id stands for now: itself, or the one it was merged into."""
    return ResidentId(root_of(resident_id))


def members(resident_id: ResidentId) -> list[int]:
    """A resident and all that were merged into him, at whatever remove."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH RECURSIVE tree AS (
                 SELECT %s::bigint AS id
                 UNION SELECT r.id FROM identity_resident r JOIN tree ON r.merged_into_id = tree.id)
               SELECT id FROM tree ORDER BY id""",
            [resident_id],
        )
        return [id for (id,) in cursor.fetchall()]


def patient_rids(resident_id: ResidentId) -> list[int]:
    """Row ids of every Patient of a resident and of those merged into him: home Patients and linked ones."""
    ids = members(current(resident_id))
    home = models.Resident.objects.filter(id__in=ids).order_by("id")
    linked = models.Link.objects.filter(resident_id__in=ids).order_by("patient_rid")
    return [
        *home.values_list("patient_rid", flat=True),
        *linked.values_list("patient_rid", flat=True),
    ]


def patient_ids(resident_id: ResidentId) -> list[PatientId]:
    """FHIR ids of every Patient of a resident besides his home Patient, merged ones' included."""
    ids = members(resident_id)
    others = [id for id in ids if id != resident_id]  # usually none: then nothing is asked
    merged = models.Resident.objects.filter(id__in=others).order_by("id")
    linked = models.Link.objects.filter(resident_id__in=ids).order_by("patient_rid")
    found = [
        *merged.values_list("patient_id", flat=True),
        *linked.values_list("patient_id", flat=True),
    ]
    return [PatientId(id) for id in found]


def places_of(resident_ids: Collection[ResidentId]) -> dict[ResidentId, str]:
    """Division codes of the homes of residents; codes only, for rooms that place their own rows."""
    rows = models.Resident.objects.filter(id__in=resident_ids).values_list("id", "place_code")
    return {ResidentId(id): place for id, place in rows}


def residents_of_patients(rids: Collection[int]) -> dict[int, ResidentId]:
    """Row id of a Patient → whose it is; ids only, for handlers, which act for the house."""
    linked = models.Link.objects.filter(patient_rid__in=rids, state=LinkState.LINKED)
    home = models.Resident.objects.filter(patient_rid__in=rids)
    owners = {
        **dict(linked.values_list("patient_rid", "resident_id")),
        **dict(home.values_list("patient_rid", "id")),
    }
    now_of = standing(set(owners.values()))
    return {rid: now_of[owner] for rid, owner in owners.items()}


def standing(ids: Collection[ResidentId]) -> dict[ResidentId, ResidentId]:
    """Whom each id stands for now; only merged ones are looked up one by one."""
    merged = models.Resident.objects.filter(id__in=ids, merged_into__isnull=False)
    moved = {ResidentId(id): current(ResidentId(id)) for id in merged.values_list("id", flat=True)}
    return {id: moved.get(id, id) for id in ids}


def same_residents(ids: Collection[ResidentId]) -> dict[ResidentId, frozenset[ResidentId]]:
    """Every id under which tables may have written down each of some residents; for many at once."""
    now = standing(ids)
    found = {id: {id} for id in now.values()}
    roots = {id: id for id in found}
    while roots:  # one step for each link of the longest chain of merges
        merged = models.Resident.objects.filter(merged_into__in=roots)
        roots = {
            ResidentId(id): roots[ResidentId(into)]
            for id, into in merged.values_list("id", "merged_into")
        }
        for id, root in roots.items():
            found[root].add(id)
    return {id: frozenset(found[root]) for id, root in now.items()}


def same_resident_ids(resident_id: ResidentId) -> list[ResidentId]:
    """Every id under which tables may have written down the resident that an id stands for, his own of now first."""
    with reading() as database:
        rows = database.execute(SAME_RESIDENT_IDS_SQL, [resident_id]).fetchall()
    return [ResidentId(id) for (id,) in rows] or [resident_id]


READER = operator("identity.linker", permissions=("records.read",))


"""The house itself, reading what arriving Patients say of people."""


def patients_by_row(rids: Collection[int]) -> list[Stored]:
    """Patients from outside by row id, for the decisions of this room."""
    kind = resource_types()["Patient"]
    return records.by_row_ids([(kind, rid) for rid in rids], actor=READER)


def resident_of_patient(patient_id: PatientId, *, actor: Actor) -> Resident:
    """The resident whose a Patient is, our own or a linked one.

    Raises:
        ResidentNotFound: it waits, or he is outside the actor's scope.
    """
    owner = models.Resident.objects.filter(patient_id=patient_id).values_list("id", flat=True)
    linked = models.Link.objects.filter(patient_id=patient_id, state=LinkState.LINKED)
    found = owner.first() or linked.values_list("resident_id", flat=True).first()
    row = inside(actor.scope).filter(id=current(ResidentId(found))).first() if found else None
    if row is None:
        raise ResidentNotFound()
    return resident_of(row, tuple(patient_ids(ResidentId(row.id))))


def master_row_of_patient(patient_id: PatientId) -> ResidentId:
    """The master row that a Patient is linked to, or is the home Patient of, merged or not.

    Raises:
        ResidentNotFound: there is none.
    """
    owner = models.Resident.objects.filter(patient_id=patient_id).values_list("id", flat=True)
    linked = models.Link.objects.filter(patient_id=patient_id).values_list("resident_id", flat=True)
    found = owner.first() or linked.first()
    if found is None:
        raise ResidentNotFound()
    return ResidentId(found)


def individuals(
    home_patients: Collection[PatientId], *, actor: Actor
) -> dict[PatientId, Individual]:
    """Home Patient → who it is of, with the Patients of each; those outside the actor's scope are left out.

    Four statements, however many are asked for. The caller has read the Patients, which is audited.
    """
    rows = list(models.Resident.objects.filter(patient_id__in=home_patients))
    same = same_residents(set(standing([ResidentId(row.id) for row in rows]).values()))
    roots = {id: root for root, ids in same.items() for id in ids}
    reached = {row.id: row for row in inside(actor.scope).filter(id__in=same)}
    patients = _patients_with_assurance(same)
    return {
        PatientId(row.patient_id): _individual(row, reached[roots[row.id]], patients)
        for row in rows
        if roots[row.id] in reached
    }


def _individual(
    row: models.Resident, now: models.Resident, patients: dict[int, list[tuple[PatientId, str]]]
) -> Individual:
    if row.id != now.id:
        return Individual(resident_of(row), (), PatientId(now.patient_id))
    return Individual(resident_of(row), tuple(patients[row.id]))


def _patients_with_assurance(
    same: Mapping[ResidentId, frozenset[ResidentId]],
) -> dict[int, list[tuple[PatientId, str]]]:
    """Resident → his home Patient, those of merged residents, those linked: in this order, by id.

    level4: our own, or decided by a person; level3: the identity number agrees; level2: by probability.
    """
    roots = {id: root for root, ids in same.items() for id in ids}
    found: dict[int, list[tuple[PatientId, str]]] = {root: [] for root in same}
    home = models.Resident.objects.filter(id__in=roots).values_list("id", "patient_id")
    for id, patient in sorted(home, key=lambda each: (each[0] not in same, each[0])):
        found[roots[id]].append((PatientId(patient), "level4"))
    for link in models.Link.objects.filter(resident_id__in=roots).order_by("patient_rid"):
        found[roots[link.resident_id]].append((PatientId(link.patient_id), _assurance(link)))
    return found


def _assurance(link: models.Link) -> str:
    if link.is_manual:
        return "level4"
    best = next(iter(unpacked(bytes(link.explanation or b""))), None)
    numbered = best and any((e.field, e.level) == ("number", "equal") for e in best.evidence)
    return "level3" if numbered else "level2"
