"""Find the resident of Patients that came from outside: link, ask a person, or make a new resident."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from enum import StrEnum

import orjson
from django.db import connection, transaction
from django.db.models import QuerySet

from kangmai.identity import models, rules
from kangmai.identity.actions.cases import (
    asked_of_patient,
    close_patient_case,
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
_LINK_FIELDS = [each.name for each in models.Link._meta.concrete_fields if not each.primary_key]


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
        known = _read_known([each.rid for each, _ in asked])
        for each, witness in asked:
            _link(each, witness, known, again, actor, at)
        known.write(actor, at)
    return {each.id: LinkState(known.links[each.rid].state) for each, _ in asked}


@dataclass(slots=True)
class _Known:
    """What is known of the Patients of one transaction, read at once, and what was decided, written at once."""

    links: dict[int, models.Link]
    pinned: dict[int, frozenset[int]]
    """The residents whose a Patient is not, because a person said so."""
    cases: dict[int, models.Review]
    decided: list[models.Link] = field(default_factory=list)
    changed: list[models.Link] = field(default_factory=list)
    asked: list[models.Review] = field(default_factory=list)
    waiting: list[tuple[int, Witness]] = field(default_factory=list)

    def write(self, actor: Actor, at: datetime) -> None:
        """Write down what was decided."""
        again = [each for each in self.asked if each.pk is not None]
        models.Review.objects.bulk_create([each for each in self.asked if each.pk is None])
        for case in again:
            case.save()
        put_links(self.decided, at=at)
        put_waiting(self.waiting)
        write_down_links(self.changed, actor=actor, at=at)


def _read_known(rids: Sequence[int]) -> _Known:
    links = models.Link.objects.select_for_update().filter(patient_rid__in=rids)
    pins = models.Pin.objects.filter(patient_rid__in=rids).exclude(verdict=Verdict.SAME)
    pinned: dict[int, set[int]] = {}
    for rid, resident in pins.values_list("patient_rid", "resident_id"):
        pinned.setdefault(rid, set()).add(root_of(resident))
    cases = models.Review.objects.filter(patient_rid__in=rids, closed_at=None)
    return _Known(
        {each.patient_rid: each for each in links.order_by("patient_rid")},
        {rid: frozenset(residents) for rid, residents in pinned.items()},
        {each.patient_rid: each for each in cases},
    )


def _link(
    patient: Stored, witness: Witness, known: _Known, again: bool, actor: Actor, at: datetime
) -> None:
    before = known.links.get(patient.rid)
    digest, number_hash = what_is_hashed(witness)
    if before and (before.is_manual or (not again and _says_the_same(before, witness))):
        return
    link = before or models.Link(patient_rid=patient.rid, patient_id=patient.id)
    earlier = (link.state, link.resident_id)
    found = find(witness, at=at, without=known.pinned.get(patient.rid, frozenset()))
    resident_id, reason = _decided(patient, witness, found, known, actor, at)
    link.explanation, link.digest = found.explanation, digest
    link.number_hash = number_hash
    link.birth_date, link.sex_code = witness.known.birth_date, witness.known.sex_code
    settle(link, resident_id, reason, is_manual=False, actor=actor, at=at)
    known.links[patient.rid] = link
    known.decided.append(link)
    if resident_id is None:
        known.waiting.append((patient.rid, witness))
    if (link.state, link.resident_id) != earlier:
        known.changed.append(link)


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


def _decided(
    patient: Stored, witness: Witness, found: Found, known: _Known, actor: Actor, at: datetime
) -> tuple[int | None, Reason]:
    """The master row to link to, and why. A number that stands with two residents decides nothing."""
    case = known.cases.get(patient.rid)
    if found.decision is Decision.LINK and not found.is_shared:
        close_patient_case(case, None, actor=actor, at=at)
        return found.best, Reason.MATCHED
    is_new = found.decision is Decision.NEW and not found.is_document_known
    if is_new and rules.is_complete(witness.known, on=legal_day(at)):
        said = rules.checked(witness.known, on=legal_day(at))
        close_patient_case(case, None, actor=actor, at=at)
        return insert_resident(said, None, None, actor=actor, at=at).id, Reason.REGISTERED
    known.asked.append(
        asked_of_patient(case, patient.rid, found, author_org=patient.author_org, at=at)
    )
    return None, Reason.INCOMPLETE if is_new else Reason.REVIEW


def settle(
    link: models.Link,
    resident_id: int | None,
    reason: Reason,
    *,
    is_manual: bool,
    actor: Actor,
    at: datetime,
) -> None:
    """Say whose a Patient is; `put_links` writes it."""
    link.resident_id, link.reason, link.is_manual = resident_id, reason.value, is_manual
    link.state = LinkState.LINKED if resident_id else LinkState.WAITING
    link.decided_by, link.decided_at = actor.account, at


def put_links(links: Sequence[models.Link], *, at: datetime) -> None:
    """Write whose some Patients are, and place their whole records there at once."""
    models.Link.objects.bulk_create(
        links, update_conflicts=True, unique_fields=["patient_rid"], update_fields=_LINK_FIELDS
    )
    waiting = [each.patient_rid for each in links if each.resident_id is None]
    if waiting:
        records.withdraw_subject(patients=map(ResourceRowId, waiting))
    drop_waiting([each.patient_rid for each in links if each.resident_id is not None])
    for resident_id in sorted({each.resident_id for each in links if each.resident_id is not None}):
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


def write_down_links(
    links: Sequence[models.Link], *, reason: str = "", actor: Actor, at: datetime
) -> None:
    """Audit whose some Patients are now, and announce it."""
    database = connection.connection
    audit.record_all(
        [
            audit.Entry(
                actor, at, f"identity.{each.state}", "Patient", each.patient_id, [each.patient_rid],
                reason=reason or each.reason,
            )
            for each in links
        ],
        database,
    )  # fmt: skip
    for state in LinkState:
        said = [
            (each.patient_id, {"patient_rid": each.patient_rid, "resident": each.resident_id})
            for each in links
            if each.state == state
        ]
        if said:
            feed.announce_many(database, kind=f"identity.{state}", events=said, at=at)
