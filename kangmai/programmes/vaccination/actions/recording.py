"""Doses given elsewhere, corrections, and what must not be given: facts and judgements that people enter."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import orjson
from django.db import transaction

from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.kernel.ids import ResidentId, uuid7
from kangmai.messages import actions as messages
from kangmai.programmes.vaccination import events, fhir, history, models, rules
from kangmai.programmes.vaccination.errors import (
    BeforeBirth,
    DeferralNotFound,
    DoseNotFound,
    DoseOnRecord,
    InTheFuture,
    KeyReused,
    NothingChosen,
    ParticularsUnlikely,
    QuestionUnknown,
)
from kangmai.programmes.vaccination.history import deferral_of
from kangmai.programmes.vaccination.reach import WORK, desk
from kangmai.programmes.vaccination.standing import judge_residents
from kangmai.programmes.vaccination.telling import invalid_drafts
from kangmai.programmes.vaccination.types import (
    Deferral,
    Entered,
    Evidence,
    File,
    JudgedDose,
    Particulars,
)
from kangmai.programmes.vaccination.writing import (
    digest,
    given_reason,
    known_vaccine,
    lock,
    today,
)
from kangmai.records import actions as records
from kangmai.records import queries as record
from kangmai.records import rules as record_rules
from kangmai.records.errors import ResourceGone, ResourceNotFound
from kangmai.records.types import Operation, Stored, Verb

WEIGHT_G, WEEKS, HBSAG = (200, 9000), (20, 46), ("", "positive", "negative", "unknown")


def enter_earlier(
    *,
    resident_id: ResidentId,
    vaccine: str,
    day: date,
    product: str = "",
    lot: str = "",
    place: str = "",
    evidence: Evidence,
    key: UUID,
    actor: Actor,
    at: datetime,
) -> Entered:
    """Store a dose that was given elsewhere. It is a fact: one that breaks the rule is stored and does not count.

    Raises:
        NotPermitted, ResidentNotFound, VaccineUnknown
        BeforeBirth, InTheFuture: nothing is stored.
        DoseOnRecord: the same vaccine on the same day.
        KeyReused
    """
    desk(actor, WORK)
    known_vaccine(vaccine)
    content = digest("earlier", resident_id, vaccine, day, product, lot, place, evidence.value)
    with transaction.atomic():
        resident = identity.get_resident(resident_id, actor=actor, at=at)
        lock("record", resident.id)
        if (before := _before(key, content, actor)) is not None:
            file = history.file_of(resident, actor=actor, at=at)
            return Entered(before, _find(file, before), is_repeated=True)
        _require_day(resident, vaccine, day, history.file_of(resident, actor=actor, at=at), at)
        resource = fhir.earlier(
            patient=resident.patient_id,
            vaccine=vaccine,
            day=day,
            product=product.strip()[:120],
            lot=lot.strip()[:40],
            place=place.strip()[:120],
            evidence=evidence.value,
            at=at,
        )
        operation = Operation(Verb.CREATE, "Immunization", raw=orjson.dumps(resource))
        id = records.transact([operation], actor=actor, at=at)[0].id
        models.Entered.objects.create(
            key=key, immunization=id, content=content, account=actor.account
        )
        dose = _afterwards(events.DOSE_RECORDED, id, resident, "", actor=actor, at=at)
    return Entered(id, dose)


def _before(key: UUID, content: bytes, actor: Actor) -> str | None:
    found = models.Entered.objects.filter(key=key).first()
    if found is None:
        return None
    if (bytes(found.content), found.account) != (content, actor.account):
        raise KeyReused()
    return found.immunization


def _require_day(
    resident: Resident, vaccine: str, day: date, file: File, at: datetime, *, besides: str = ""
) -> None:
    born = resident.demographics.birth_date
    if born is not None and day < born:
        raise BeforeBirth(day=day)
    if day > today(at):
        raise InTheFuture(when=day)
    for each in file.doses:
        is_same = (each.recorded.vaccine, each.recorded.day) == (vaccine, day)
        if is_same and each.recorded.id != besides:
            raise DoseOnRecord(vaccine=vaccine, day=day)


def _find(file: File, id: str) -> JudgedDose | None:
    return next((each for each in file.doses if each.recorded.id == id), None)


def _afterwards(
    event: str, id: str, resident: Resident, reason: str, *, actor: Actor, at: datetime
) -> JudgedDose | None:
    """Judge the resident anew, tell the clinics of his home of a dose that does not count, write it down."""
    judge_residents([resident.id], on=today(at))
    file = history.file_of(resident, actor=actor, at=at)
    drafts = invalid_drafts(resident, [each for each in file.doses if each.recorded.id == id])
    if drafts:
        messages.notify(drafts, actor=actor, at=at)
    write_down_and_announce(
        event, "Immunization", id, data={"resident": resident.id}, reason=reason,
        subjects=[resident.patient_rid], actor=actor, at=at,
    )  # fmt: skip
    return _find(file, id)


def correct_dose(
    *,
    resident_id: ResidentId,
    immunization: str,
    vaccine: str,
    day: date,
    lot: str,
    reason: str,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> JudgedDose | None:
    """Correct vaccine, day or lot of a dose that the actor's institution wrote; the earlier version stays readable.

    Raises:
        NotPermitted, ResidentNotFound, DoseNotFound, ChangedMeanwhile, VaccineUnknown, BeforeBirth,
        InTheFuture, DoseOnRecord, ReasonMissing
    """
    why = given_reason(reason)
    known_vaccine(vaccine)
    with transaction.atomic():
        resident, stored = _own_dose(resident_id, immunization, expected_version, actor, at)
        file = history.file_of(resident, actor=actor, at=at)
        _require_day(resident, vaccine, day, file, at, besides=immunization)
        body = orjson.loads(stored.body)
        changed = fhir.corrected(body, vaccine=vaccine, day=day, lot=lot.strip()[:40])
        _update(stored, changed, actor, at)
        return _afterwards(events.DOSE_CORRECTED, immunization, resident, why, actor=actor, at=at)


def withdraw_dose(
    *,
    resident_id: ResidentId,
    immunization: str,
    reason: str,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Say that a dose was entered in error: it is not judged any more and stays readable.

    Raises:
        NotPermitted, ResidentNotFound, DoseNotFound, ChangedMeanwhile, ReasonMissing
    """
    why = given_reason(reason)
    with transaction.atomic():
        resident, stored = _own_dose(resident_id, immunization, expected_version, actor, at)
        _update(stored, fhir.withdrawn(orjson.loads(stored.body), reason=why), actor, at)
        _afterwards(events.DOSE_CORRECTED, immunization, resident, why, actor=actor, at=at)


def _own_dose(
    resident_id: ResidentId, id: str, expected_version: int, actor: Actor, at: datetime
) -> tuple[Resident, Stored]:
    """A dose of this resident that the actor's institution wrote. Raises DoseNotFound, ChangedMeanwhile."""
    desk(actor, WORK)
    resident = identity.get_resident(resident_id, actor=actor, at=at)
    lock("record", resident.id)
    try:
        stored = record.get("Immunization", id, actor=actor, at=at)
    except (ResourceNotFound, ResourceGone):
        raise DoseNotFound() from None
    body = orjson.loads(stored.body)
    of_patients = {f"Patient/{each}" for each in history.patients_of(resident)}
    is_his = body.get("patient", {}).get("reference") in of_patients
    if not (is_his and fhir.counts(body) and record_rules.may_change(actor, stored)):
        raise DoseNotFound()
    require_version(stored.version, expected_version)
    return resident, stored


def _update(stored: Stored, body: dict[str, object], actor: Actor, at: datetime) -> None:
    operation = Operation(
        Verb.UPDATE, "Immunization", stored.id, orjson.dumps(body), if_match=stored.version
    )
    records.transact([operation], actor=actor, at=at)


def defer(
    *,
    resident_id: ResidentId,
    question: str,
    vaccines: Sequence[str],
    until: date | None = None,
    key: UUID,
    actor: Actor,
    at: datetime,
) -> Deferral:
    """Put off vaccines of a resident outside a visit, or for good where the reason says so.

    Args:
        vaccines: what is chosen where the reason puts off what is chosen.
        until: the last day; by the rule's days where absent.

    Raises:
        NotPermitted, ResidentNotFound, QuestionUnknown, VaccineUnknown, NothingChosen, InTheFuture, KeyReused
    """
    organization, _place = desk(actor, WORK)
    on = today(at)
    rule = rules.rule(on=on)
    asked = rule.question(question)
    if asked is None:
        raise QuestionUnknown(question=question[:16])
    off, ends = rules.put_off([question], [known_vaccine(each) for each in vaccines], rule=rule, on=on)[question]  # fmt: skip
    if asked.vaccines == "chosen" and not off:
        raise NothingChosen()
    if until is not None and until < on:
        raise InTheFuture(when=until)
    with transaction.atomic():
        resident = identity.get_resident(resident_id, actor=actor, at=at)
        row, is_new = models.Deferral.objects.get_or_create(
            key=key,
            defaults={
                "id": uuid7(),
                "resident_id": resident.id,
                "question": question,
                "vaccines": list(off),
                "since": on,
                "until": until or ends,
                "organization": organization,
                "account": actor.account,
            },
        )
        if (row.resident_id, row.question) != (resident.id, question):
            raise KeyReused()
        if is_new:
            _judged(events.DEFERRED, row, resident, "", actor=actor, at=at)
    return deferral_of(row)


def end_deferral(
    *, deferral_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Deferral:
    """Say that what was put off may be given again.

    Raises:
        NotPermitted, DeferralNotFound, ChangedMeanwhile, ReasonMissing
    """
    desk(actor, WORK)
    why = given_reason(reason)
    with transaction.atomic():
        row = models.Deferral.objects.select_for_update().filter(pk=deferral_id).first()
        if row is None or not identity.may_see(ResidentId(row.resident_id), actor=actor):
            raise DeferralNotFound()
        require_version(row.version, expected_version)
        resident = identity.get_resident(ResidentId(row.resident_id), actor=actor, at=at)
        row.ended_on, row.end_reason, row.version = today(at), why, row.version + 1
        row.save(update_fields=["ended_on", "end_reason", "version"])
        _judged(events.DEFERRED, row, resident, why, actor=actor, at=at)
    return deferral_of(row)


def _judged(
    event: str,
    row: models.Deferral,
    resident: Resident,
    reason: str,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    judge_residents([resident.id], on=today(at))
    data = {"resident": resident.id, "question": row.question}
    write_down_and_announce(
        event, "Deferral", row.id, data=data, reason=reason, subjects=[resident.patient_rid], actor=actor, at=at
    )  # fmt: skip


def set_particulars(
    *,
    resident_id: ResidentId,
    said: Particulars,
    actor: Actor,
    at: datetime,
) -> Particulars:
    """Write down what of a child's beginnings the schedule asks for; `said.version` is the one that was seen.

    Raises:
        NotPermitted, ResidentNotFound, ChangedMeanwhile
        ParticularsUnlikely, BeforeBirth, InTheFuture
    """
    require(actor, WORK)
    _require_likely(said)
    with transaction.atomic():
        resident = identity.get_resident(resident_id, actor=actor, at=at)
        born = resident.demographics.birth_date
        for day in said.immunoglobulin:
            if born is not None and day < born:
                raise BeforeBirth(day=day)
            if day > today(at):
                raise InTheFuture(when=day)
        lock("particulars", resident.id)
        row = models.Particulars.objects.filter(pk=resident.id).first()
        require_version(row.version if row else 0, said.version)
        models.Particulars.objects.update_or_create(
            pk=resident.id,
            defaults={
                "birth_weight_g": said.birth_weight_g,
                "gestation_weeks": said.gestation_weeks,
                "mother_hbsag": said.mother_hbsag,
                "immunoglobulin": sorted(set(said.immunoglobulin)),
                "version": said.version + 1,
            },
        )
        judge_residents([resident.id], on=today(at))
        write_down_and_announce(
            events.PARTICULARS, "Resident", resident.id, subjects=[resident.patient_rid], actor=actor, at=at
        )  # fmt: skip
        return history.particulars_of([resident.id])


def _require_likely(said: Particulars) -> None:
    for value, (low, high) in ((said.birth_weight_g, WEIGHT_G), (said.gestation_weeks, WEEKS)):
        if value is not None and not low <= value <= high:
            raise ParticularsUnlikely(value=value, low=low, high=high)
    if said.mother_hbsag not in HBSAG:
        raise ParticularsUnlikely(value=said.mother_hbsag[:10], low="positive", high="unknown")
