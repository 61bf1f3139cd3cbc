"""Hash anew, under the blind key that is written now, what the index finds people by.

First the residents with their keys and documents, then the links of Patients with what waits, last the
frequencies, which are counted anew.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import orjson
from django.db import connection

from kangmai.identity import models
from kangmai.identity.actions.count import count_frequencies
from kangmai.identity.actions.link import what_is_hashed
from kangmai.identity.details import document_hashes
from kangmai.identity.fhir import witness_of_patient
from kangmai.identity.index.keys import every_key_of, keys_of, put_waiting
from kangmai.identity.index.people import witness_of
from kangmai.identity.queries.persons import patients_by_row
from kangmai.identity.reach import demographics_of
from kangmai.identity.types import Demographics, LinkState
from kangmai.standards.calendars import legal_day

RESIDENTS, LINKS, FREQUENCIES = range(3)


def rehash(after: list[int] | None, most: int, at: datetime) -> tuple[list[int] | None, int]:
    """The next rows; see `kernel.rehashing.HashedRoom`."""
    part, id = after or (RESIDENTS, 0)
    if part == RESIDENTS:
        ids = _residents(id, most)
        return ([RESIDENTS, ids[-1]] if ids else [LINKS, 0]), len(ids)
    if part == LINKS:
        ids = _links(id, most, at)
        return ([LINKS, ids[-1]] if ids else [FREQUENCIES, 0]), len(ids)
    if models.Census.objects.exists():
        count_frequencies(at=at)
    return None, 0


def _residents(after: int, most: int) -> list[int]:
    rows = models.Resident.objects.select_for_update().filter(id__gt=after).order_by("id")[:most]
    people = [(row.id, demographics_of(row)) for row in rows]
    _keys(people)
    _documents(people)
    return [id for id, _ in people]


def _keys(people: Sequence[tuple[int, Demographics]]) -> None:
    gone = [(key, id) for id, known in people for key in every_key_of(witness_of(known))]
    new = [(key, id) for id, known in people for key in keys_of(witness_of(known))]
    with connection.cursor() as cursor:
        cursor.execute(
            """DELETE FROM identity_key k USING unnest(%s::int8[], %s::int8[]) AS gone(key, resident_id)
               WHERE k.key = gone.key AND k.resident_id = gone.resident_id""",
            _columns(gone),
        )
        cursor.execute(
            "INSERT INTO identity_key (key, resident_id) SELECT * FROM unnest(%s::int8[], %s::int8[])",
            _columns(new),
        )


def _documents(people: Sequence[tuple[int, Demographics]]) -> None:
    hashes = [
        (id, new, old)
        for id, known in people
        for document in known.documents
        for new, *others in [document_hashes(document)]
        for old in others
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE identity_document d SET number_hash = h.new
               FROM unnest(%s::int8[], %s::bytea[], %s::bytea[]) AS h(resident_id, new, old)
               WHERE d.resident_id = h.resident_id AND d.number_hash = h.old""",
            _columns(hashes, 3),
        )


def _columns(rows: Iterable[tuple], width: int = 2) -> list[list]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


def _links(after: int, most: int, at: datetime) -> list[int]:
    links = models.Link.objects.select_for_update().filter(patient_rid__gt=after)
    rows = list(links.order_by("patient_rid")[:most])
    bodies = {each.rid: each for each in patients_by_row([row.patient_rid for row in rows])}
    for row in rows:
        patient = bodies.get(row.patient_rid)
        if patient is None or patient.is_deleted:
            continue
        witness = witness_of_patient(orjson.loads(patient.body), on=legal_day(at))
        digest, row.number_hash = what_is_hashed(witness)
        row.digest = digest if row.digest is not None else None
        row.save(update_fields=["digest", "number_hash"])
        if row.state == LinkState.WAITING:
            put_waiting([(row.patient_rid, witness)])
    return [row.patient_rid for row in rows]
