"""Find the resident of Patients that came from outside: link, ask a person, or make a new resident."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from enum import StrEnum

import orjson
from django.db import connection, transaction
from django.db.models import QuerySet

from kangmai.identity import models, rules
from kangmai.identity.actions.cases import (
    close_patient_case,
    open_patient_case,
    open_split_case,
)
from kangmai.identity.actions.placing import place
from kangmai.identity.actions.register import insert_resident
from kangmai.identity.details import document_hash
from kangmai.identity.fhir import witness_of_patient
from kangmai.identity.index.candidates import Found, find, root_of
from kangmai.identity.index.keys import (
    drop_waiting,
    lock_people,
    numbers_of,
    put_waiting,
    waiting_for,
)
from kangmai.identity.matching.types import Decision
from kangmai.identity.queries import members, patients_by_row
from kangmai.identity.reach import demographics_of
from kangmai.identity.types import LinkState, Verdict, Witness
from kangmai.kernel import audit, feed, sealing
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import ResidentId, ResourceRowId
from kangmai.records import actions as records
from kangmai.records.types import Stored
from kangmai.standards.calendars import legal_day

MOST_BIRTH_DATES = 2


class Reason(StrEnum):
    """How it was decided whose a Patient is."""

    MATCHED = "matched"
    """The index was sure."""
    REGISTERED = "registered"
    """Nobody resembled it, it told enough, and a resident was made."""
    REVIEW = "review"
    """A person must look."""
    INCOMPLETE = "incomplete"
    """Nobody resembles it, and it tells too little to make a resident."""
    BY_HAND = "by_hand"
    """A person decided."""


def link_patients(
    patients: Sequence[Stored], *, again: bool = False, actor: Actor, at: datetime
) -> dict[str, LinkState]:
    """Decide for each Patient whose it is.

    Deciding again changes nothing unless the Patient changed, or `again` asks for it because the index
    did. What a person decided is never changed.

    Returns:
        The state of each, by FHIR id.
    """
    asked = [
        (each, witness_of_patient(orjson.loads(each.body), on=legal_day(at)))
        for each in sorted(patients, key=lambda p: p.rid)
        if not each.is_deleted
    ]
    with transaction.atomic():
        lock_people([witness for _, witness in asked])
        return {each.id: _link(each, witness, again, actor, at) for each, witness in asked}


def _link(patient: Stored, witness: Witness, again: bool, actor: Actor, at: datetime) -> LinkState:
    before = models.Link.objects.select_for_update().filter(patient_rid=patient.rid).first()
    digest, number_hash = what_is_hashed(witness)
    if before and (before.is_manual or (not again and _says_the_same(before, witness))):
        return LinkState(before.state)
    link = before or models.Link(patient_rid=patient.rid, patient_id=patient.id)
    earlier = (link.state, link.resident_id)
    found = find(witness, at=at, without=_pinned(patient.rid))
    resident_id, reason = _decided(patient, witness, found, actor, at)
    link.explanation, link.digest = found.explanation, digest
    link.number_hash = number_hash
    link.birth_date, link.sex_code = witness.known.birth_date, witness.known.sex_code
    settle(link, resident_id, reason, is_manual=False, actor=actor, at=at)
    if resident_id is None:
        put_waiting(patient.rid, witness)
    if (link.state, link.resident_id) != earlier:
        write_down_link(link, actor=actor, at=at)
    return LinkState(link.state)


def reconsider_waiting(
    residents: Sequence[ResidentId], *, actor: Actor, at: datetime
) -> dict[str, LinkState]:
    """Decide again about the Patients that wait and resemble residents who came or changed."""
    rows = models.Resident.objects.filter(id__in=residents).order_by("id")
    waiting = {rid for row in rows for rid in waiting_for(demographics_of(row))}
    return link_patients(patients_by_row(sorted(waiting)), again=True, actor=actor, at=at)


def lock_patients(rids: Sequence[int], *, at: datetime) -> None:
    """Take the locks under which the index decides about these Patients, before any row is locked: whoever
    took rows first would wait for the linker while the linker waits for him."""
    lock_people(
        [
            witness_of_patient(orjson.loads(each.body), on=legal_day(at))
            for each in patients_by_row(rids)
        ]
    )


def what_is_hashed(witness: Witness) -> tuple[bytes, bytes | None]:
    """The hashes that a link keeps: of all that the Patient says, and of the number for life it names."""
    numbers = sorted(numbers_of(witness.known), key=lambda each: (each.kind_code, each.number))
    return _digests(witness)[0], document_hash(numbers[0]) if numbers else None


def _digests(witness: Witness) -> list[bytes]:
    text = orjson.dumps(asdict(witness), option=orjson.OPT_SORT_KEYS).decode()
    return [each[:8] for each in sealing.blinds(text, purpose="witness")]


def _says_the_same(link: models.Link, witness: Witness) -> bool:
    return link.digest is not None and bytes(link.digest) in _digests(witness)


def _pinned(patient_rid: int) -> frozenset[int]:
    """The residents whose a Patient is not, because a person said so."""
    pins = models.Pin.objects.filter(patient_rid=patient_rid).exclude(verdict=Verdict.SAME)
    return frozenset(root_of(id) for id in pins.values_list("resident_id", flat=True))


def _decided(
    patient: Stored, witness: Witness, found: Found, actor: Actor, at: datetime
) -> tuple[int | None, Reason]:
    """The master row to link to, and why. A number that stands with two residents decides nothing."""
    if found.decision is Decision.LINK and not found.is_shared:
        close_patient_case(patient.rid, None, actor=actor, at=at)
        return found.best, Reason.MATCHED
    if found.decision is not Decision.NEW or found.is_document_known:
        open_patient_case(patient.rid, found, author_org=patient.author_org, at=at)
        return None, Reason.REVIEW
    if rules.is_complete(witness.known, on=legal_day(at)):
        known = rules.checked(witness.known, on=legal_day(at))
        close_patient_case(patient.rid, None, actor=actor, at=at)
        return insert_resident(known, None, None, actor=actor, at=at).id, Reason.REGISTERED
    open_patient_case(patient.rid, found, author_org=patient.author_org, at=at)
    return None, Reason.INCOMPLETE


def settle(
    link: models.Link,
    resident_id: int | None,
    reason: Reason,
    *,
    is_manual: bool,
    actor: Actor,
    at: datetime,
) -> None:
    """Write whose a Patient is, and place its whole record there at once."""
    link.resident_id, link.reason, link.is_manual = resident_id, reason.value, is_manual
    link.state = LinkState.LINKED if resident_id else LinkState.WAITING
    link.decided_by, link.decided_at = actor.account, at
    link.save()
    if resident_id is None:
        records.withdraw_subject(patients=[ResourceRowId(link.patient_rid)])
        return
    drop_waiting(link.patient_rid)
    place(resident_id)
    if conflicts(resident_id):
        open_split_case(root_of(resident_id), at=at)


def conflicts(resident_id: int) -> bool:
    """Whether what is linked to a resident is of several people: two numbers, two sexes, three birth dates."""
    ids = members(ResidentId(root_of(resident_id)))
    rows = models.Link.objects.filter(resident_id__in=ids)
    residents = models.Resident.objects.filter(id__in=ids)
    if sealing.is_renewing("document"):
        _hash_alike(rows)
    said = list(rows.values_list("number_hash", "sex_code", "birth_date"))
    numbers = {bytes(number) for number, _, _ in said if number}
    sexes = {sex for _, sex, _ in said} | set(residents.values_list("sex_code", flat=True))
    births: set[date] = {birth for _, _, birth in said if birth}
    births |= set(residents.exclude(birth_date=None).values_list("birth_date", flat=True))
    return len(numbers) > 1 or {"1", "2"} <= sexes or len(births) > MOST_BIRTH_DATES


def _hash_alike(rows: QuerySet[models.Link]) -> None:
    """Bring the numbers of some links under the key that is written, so that equal ones look equal."""
    links = {row.patient_rid: row for row in rows}
    for patient in patients_by_row(sorted(links)):
        said = orjson.loads(patient.body) if not patient.is_deleted else {}
        known = witness_of_patient(said, on=legal_day(links[patient.rid].decided_at))
        _, number = what_is_hashed(known)
        models.Link.objects.filter(patient_rid=patient.rid).update(number_hash=number)


def write_down_link(link: models.Link, *, reason: str = "", actor: Actor, at: datetime) -> None:
    """Audit whose a Patient is now, and announce it."""
    audit.record(
        connection.connection,
        actor=actor,
        at=at,
        action=f"identity.{link.state}",
        object_type="Patient",
        object_id=link.patient_id,
        subjects=[link.patient_rid],
        reason=reason or link.reason,
    )
    feed.announce(
        connection.connection,
        kind=f"identity.{link.state}",
        key=link.patient_id,
        data={"patient_rid": link.patient_rid, "resident": link.resident_id},
        at=at,
    )
