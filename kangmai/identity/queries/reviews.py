"""The queue of doubtful pairs, one case side by side, and what was merged."""

from datetime import datetime

import orjson
from django.db.models import F, Q, QuerySet

from kangmai.identity import models
from kangmai.identity.errors import ReviewNotFound
from kangmai.identity.fhir import witness_of_patient
from kangmai.identity.index.explanation import unpacked
from kangmai.identity.queries.persons import current, members, patients_by_row
from kangmai.identity.reach import demographics_of, inside, resident_of
from kangmai.identity.types import (
    Candidate,
    Case,
    Demographics,
    LinkedPatient,
    LinkState,
    MergeLine,
    ReviewKind,
    ReviewLine,
)
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import IndexNumber, OrganizationId, PatientId, ResidentId
from kangmai.records.types import Stored
from kangmai.standards.calendars import legal_day


def count_waiting(*, actor: Actor) -> int:
    """How many Patients from outside wait for a resident, in the whole installation.

    Raises:
        NotPermitted
    """
    require(actor, "identity.review")
    return models.Link.objects.filter(state=LinkState.WAITING).count()


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
