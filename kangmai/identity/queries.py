"""Reads of the resident index, inside the actor's scope."""

from collections.abc import Collection
from datetime import datetime

import orjson
from django.db import connection
from django.db.models import F, Q, QuerySet

from kangmai.identity import models, rules
from kangmai.identity.details import open_details
from kangmai.identity.errors import ResidentNotFound, ReviewNotFound
from kangmai.identity.fhir import witness_of_patient
from kangmai.identity.index.candidates import Found, find, root_of
from kangmai.identity.index.explanation import explained, unpacked
from kangmai.identity.index.people import witness_of
from kangmai.identity.matching.types import Decision
from kangmai.identity.types import (
    Candidate,
    Case,
    Demographics,
    LinkedPatient,
    LinkState,
    Matched,
    MergeLine,
    Resident,
    ReviewKind,
    ReviewLine,
    Similar,
    Witness,
)
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, DataScope, is_permitted, operator, require
from kangmai.kernel.ids import (
    HealthRecordNumber,
    IndexNumber,
    OrganizationId,
    PatientId,
    ResidentId,
    ResourceRowId,
)
from kangmai.records import queries as records
from kangmai.records.fhir.definitions import resource_types
from kangmai.records.types import Stored
from kangmai.standards.calendars import legal_day

LEAST_SHOWN = 0.05
MOST_SHOWN = 5
PROBABLE = 0.7


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


def reaches(scope: DataScope, row: models.Resident) -> bool:
    """Whether a scope reaches a row that was read already: `inside` without asking the database."""
    if scope.everything:
        return True
    return row.id not in scope.objections and (
        row.managing_org in scope.organizations
        or row.id in scope.residents
        or any(place.covers(row.place_code) for place in scope.places)
    )


def rows_of(found: Found) -> dict[int, models.Resident]:
    """The rows of the residents that were scored; only those found by a merged row alone are read again."""
    ids = [id for id, _ in found.scores]
    missing = [id for id in ids if id not in found.rows]
    read = models.Resident.objects.in_bulk(missing) if missing else {}
    return {id: found.rows.get(id) or read[id] for id in ids}


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
    merged = models.Resident.objects.filter(id__in=ids).exclude(id=resident_id).order_by("id")
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


def same_resident_ids(resident_id: ResidentId) -> list[ResidentId]:
    """Every id under which tables may have written down the resident that an id stands for."""
    found = [current(resident_id)]
    for id in found:  # grows while it is walked: merges may form a chain
        merged = models.Resident.objects.filter(merged_into=id).order_by("id")
        found += map(ResidentId, merged.values_list("id", flat=True))
    return found


READER = operator("identity.linker", permissions=("records.read",))
"""The house itself, reading what arriving Patients say of people."""


def patients_by_row(rids: Collection[int]) -> list[Stored]:
    """Patients from outside by row id, for the decisions of this room."""
    kind = resource_types()["Patient"]
    return records.by_row_ids([(kind, rid) for rid in rids], actor=READER)


def similar_residents(
    demographics: Demographics, *, actor: Actor, at: datetime
) -> tuple[Similar, ...]:
    """Residents who resemble somebody about to be registered, the likeliest first.

    Also those outside the actor's scope are told, so that nobody is registered twice; a page shows of
    them only what lets two people be told apart. Every call is audited.

    Raises:
        NotPermitted, and what `rules.checked` raises.
    """
    rules.require_registrar(actor, demographics.place_code)
    known = rules.checked(demographics, on=legal_day(at))
    found = find(witness_of(known), at=at)
    is_certain = found.decision is Decision.LINK or found.is_document_known
    worth = [each for each in found.scores if each[1].probability >= LEAST_SHOWN][:MOST_SHOWN]
    rows = models.Resident.objects.in_bulk([id for id, _ in worth])
    reach = set(inside(actor.scope).filter(id__in=rows).values_list("id", flat=True))
    subjects = [rows[id].patient_rid for id, _ in worth]
    audit.record_later(audit.Entry(actor, at, "identity.compare", "Resident", "", subjects))
    return tuple(
        Similar(
            resident_of(rows[id]),
            explained(id, score),
            is_certain and id == found.root,
            id in reach,
        )
        for id, score in worth
    )


def match(witness: Witness, *, limit: int = 10, actor: Actor, at: datetime) -> tuple[Matched, ...]:
    """Residents inside the actor's scope who may be the one that a record tells of, the likeliest first.

    Who may find residents may, and a program that may search Patients.

    Raises:
        NotPermitted
    """
    if not any(is_permitted(actor, each) for each in ("records.search", "records.search:Patient")):
        require(actor, "identity.search")
    return _matched(find(witness, at=at), limit, actor, at)


def decision_on(
    witness: Witness, *, limit: int = 10, actor: Actor, at: datetime
) -> tuple[str, tuple[Matched, ...]]:
    """What the index would do with a record (link, review, new), and as `match`.

    Raises:
        NotPermitted
    """
    require(actor, "identity.review")
    found = find(witness, at=at)
    return found.decision.value, _matched(found, limit, actor, at)


def _matched(found: Found, limit: int, actor: Actor, at: datetime) -> tuple[Matched, ...]:
    rows = {id: row for id, row in rows_of(found).items() if reaches(actor.scope, row)}
    shown = [(id, score) for id, score in found.scores if id in rows][:limit]
    subjects = [rows[id].patient_rid for id, _ in shown]
    audit.record_later(audit.Entry(actor, at, "identity.match", "Resident", "", subjects))
    return tuple(
        Matched(resident_of(rows[id]), explained(id, score), _grade(found, id, score.probability))
        for id, score in shown
    )


def _grade(found: Found, resident_id: int, probability: float) -> str:
    """How sure a match is, in the words of FHIR's value set match-grade."""
    if found.decision is Decision.LINK and resident_id == found.root:
        return "certain"
    if probability >= PROBABLE:
        return "probable"
    return "possible" if probability >= LEAST_SHOWN else "certainly-not"


def open_cases(actor: Actor) -> QuerySet[models.Review]:
    """The open cases that an actor may see.

    A pair is for who may see the resident in it: he then sees of the arriving record what it says of the
    person, since that is what he is asked, and nothing clinical. A pair of residents is for who may see
    both. An arriving record that resembles nobody is for its sender.
    """
    cases = models.Review.objects.filter(closed_at=None)
    if actor.scope.everything:
        return cases
    reached = inside(actor.scope).values("id")
    alone = Q(resident=None, author_org__in=actor.scope.organizations)
    return cases.filter(alone | (Q(resident__in=reached) & (Q(other=None) | Q(other__in=reached))))


def search_reviews(
    *, kind: ReviewKind | None = None, after: int = 0, limit: int = 50, actor: Actor, at: datetime
) -> tuple[ReviewLine, ...]:
    """The queue: the oldest first, those put off behind the others.

    `after` is how many were shown before. Raises: NotPermitted.
    """
    require(actor, "identity.review")
    cases = open_cases(actor).filter(kind=kind) if kind else open_cases(actor)
    ordered = cases.select_related("resident").order_by(
        F("postponed_at").asc(nulls_first=True), "opened_at", "id"
    )
    rows = list(ordered[after : after + limit])
    subjects = [row.resident.patient_rid for row in rows if row.resident]
    audit.record_later(audit.Entry(actor, at, "identity.reviews", "Review", "", subjects))
    return tuple(
        ReviewLine(
            row.id,
            ReviewKind(row.kind),
            row.opened_at,
            row.postponed_at,
            row.probability,
            resident_of(row.resident) if row.resident else None,
            row.version,
        )
        for row in rows
    )


def get_case(review_id: int, *, actor: Actor, at: datetime) -> Case:
    """A case with both sides of every pair that the actor may see.

    Raises:
        NotPermitted
        ReviewNotFound: decided already, or not for the actor to see.
    """
    require(actor, "identity.review")
    row = open_cases(actor).filter(id=review_id).first()
    if row is None:
        raise ReviewNotFound()
    residents = {r.id: r for r in inside(actor.scope).filter(id__in=side_ids(row))}
    shown = {each.resident_id: each for each in unpacked(bytes(row.explanation or b""))}
    about = residents.get(row.resident_id or 0)
    others = [id for id in side_ids(row) if row.patient_rid is not None or id != row.resident_id]
    candidates = tuple(
        Candidate(
            resident_of(residents[id]),
            shown.get(ResidentId(id)) or next(iter(shown.values()), None),
        )
        for id in others
        if id in residents
    )
    audit.record_later(
        audit.Entry(
            actor,
            at,
            "identity.review",
            "Review",
            str(row.id),
            [each.patient_rid for each in residents.values()],
        )
    )
    return Case(
        id=row.id,
        kind=ReviewKind(row.kind),
        version=row.version,
        asked=_asked(row, about, at),
        author_org=OrganizationId(row.author_org) if row.author_org else None,
        resident=resident_of(about) if about and row.patient_rid is None else None,
        candidates=candidates,
        linked=linked_patients(ResidentId(about.id), at=at)
        if row.kind == ReviewKind.SPLIT and about
        else (),
    )


def _asked(row: models.Review, about: models.Resident | None, at: datetime) -> Demographics | None:
    if row.patient_rid is None:
        return demographics_of(about) if about else None
    found = patients_by_row([row.patient_rid])
    return _says(found[0], at) if found else None


def _says(patient: Stored, at: datetime) -> Demographics:
    return witness_of_patient(orjson.loads(patient.body), on=legal_day(at)).known


def side_ids(row: models.Review) -> list[int]:
    """The residents that a case is about, the one in question first."""
    if row.patient_rid is not None:
        return [each.resident_id for each in unpacked(bytes(row.explanation or b""))]
    return [each for each in (row.resident_id, row.other_id) if each]


def linked_patients(resident_id: ResidentId, *, at: datetime) -> tuple[LinkedPatient, ...]:
    """What each Patient linked to a resident says of the person; the caller has looked whether he may see it."""
    links = {
        link.patient_rid: link
        for link in models.Link.objects.filter(resident_id__in=members(resident_id))
    }
    return tuple(
        LinkedPatient(
            PatientId(each.id),
            OrganizationId(each.author_org) if each.author_org else None,
            _says(each, at),
            links[each.rid].is_manual,
        )
        for each in sorted(patients_by_row(sorted(links)), key=lambda p: p.rid)
    )


def merges_of(resident_id: ResidentId, *, actor: Actor) -> tuple[MergeLine, ...]:
    """The merges that a resident took part in, the latest first; both sides stand for him.

    Raises:
        NotPermitted
    """
    require(actor, "identity.review")
    ids = members(current(resident_id))
    rows = models.Merge.objects.filter(Q(kept_id__in=ids) | Q(retired_id__in=ids))
    return tuple(
        MergeLine(
            IndexNumber(row.kept.index_number),
            IndexNumber(row.retired.index_number),
            row.reason,
            row.merged_at,
            row.undone_at,
        )
        for row in rows.select_related("kept", "retired").order_by("-merged_at", "-id")
    )


def resident_numbered(number: str) -> ResidentId:
    """The resident row of an index number, merged or not.

    Raises:
        ResidentNotFound
    """
    found = models.Resident.objects.filter(index_number=number).values_list("id", flat=True).first()
    if found is None:
        raise ResidentNotFound()
    return ResidentId(found)


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


def assurances(resident: Resident) -> tuple[tuple[PatientId, str], ...]:
    """Every Patient of a resident with the assurance of its link, in FHIR's words.

    level4: our own, or decided by a person; level3: the identity number agrees; level2: by probability.
    """
    links = {
        link.patient_id: link
        for link in models.Link.objects.filter(patient_id__in=resident.linked_patients)
    }
    linked = tuple((id, _assurance(links.get(id))) for id in resident.linked_patients)
    return ((resident.patient_id, "level4"), *linked)


def _assurance(link: models.Link | None) -> str:
    if link is None or link.is_manual:
        return "level4"
    best = next(iter(unpacked(bytes(link.explanation or b""))), None)
    numbered = best and any((e.field, e.level) == ("number", "equal") for e in best.evidence)
    return "level3" if numbered else "level2"
