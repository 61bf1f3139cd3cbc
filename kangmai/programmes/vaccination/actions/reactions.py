"""Report cards of adverse events: found, reported within their limit, returned, classified by the CDC."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines.types import Met, Start, Subject
from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.kernel.ids import ResidentId, uuid7
from kangmai.programmes.vaccination import events, models, rules
from kangmai.programmes.vaccination.errors import (
    AefiNotFound,
    ClassUnknown,
    KeyReused,
    OnsetBeforeDose,
    ReactionUnknown,
    WrongState,
)
from kangmai.programmes.vaccination.reach import REVIEW, WORK, desk, near, works_at
from kangmai.programmes.vaccination.reading import aefi_of, seal_narrative
from kangmai.programmes.vaccination.types import Aefi, AefiState, Severity
from kangmai.programmes.vaccination.writing import given_reason, known_vaccine, past_instant, today
from kangmai.standards.calendars import legal_day

SUBJECT = "vaccination_aefi"


@dataclass(frozen=True, slots=True)
class Told:
    """What a report card says."""

    vaccines: Sequence[str]
    vaccinated_on: date | None
    onset_at: datetime
    found_at: datetime
    reaction: str
    severity: Severity
    narrative: str


def find_reaction(
    *,
    resident_id: ResidentId,
    told: Told,
    visit_id: UUID | None = None,
    key: UUID,
    actor: Actor,
    at: datetime,
) -> Aefi:
    """Begin a report card: from the moment of finding its time limit runs.

    Raises:
        NotPermitted, ResidentNotFound, ReactionUnknown, VaccineUnknown, InTheFuture, KeyReused
        OnsetBeforeDose: what began before the vaccination does not follow it.
    """
    organization, place_code = desk(actor, WORK)
    _require_sound(told, at)
    with transaction.atomic():
        resident = identity.get_resident(resident_id, actor=actor, at=at)
        if (first := models.Aefi.objects.filter(key=key).first()) is not None:
            if (first.resident_id, first.account) != (resident.id, actor.account):
                raise KeyReused()
            return aefi_of(first)
        visit = models.Visit.objects.filter(pk=visit_id, organization=organization, resident_id=resident.id).first()  # fmt: skip
        row = models.Aefi(
            id=uuid7(),
            key=key,
            resident_id=resident.id,
            organization=organization,
            place_code=place_code,
            visit=visit,
            state=AefiState.DRAFT.value,
            account=actor.account,
        )
        _put(row, told)
        row.save(force_insert=True)
        _run_clock(row, actor, at)
        _tell(row, resident.patient_rid, "", actor, at)
    return aefi_of(row)


def _require_sound(told: Told, at: datetime) -> None:
    if told.reaction not in rules.rule(on=today(at)).reactions:
        raise ReactionUnknown(code=told.reaction[:20])
    for each in told.vaccines:
        known_vaccine(each)
    past_instant(told.found_at, at)
    past_instant(told.onset_at, told.found_at)
    onset = legal_day(told.onset_at)
    if told.vaccinated_on is not None and onset < told.vaccinated_on:
        raise OnsetBeforeDose(onset=onset, vaccinated_on=told.vaccinated_on)


def _put(row: models.Aefi, told: Told) -> None:
    row.vaccines, row.vaccinated_on = list(told.vaccines), told.vaccinated_on
    row.onset_at, row.found_at = told.onset_at, told.found_at
    row.reaction, row.severity = told.reaction, told.severity.value
    row.narrative_key, row.narrative = seal_narrative(row.id, told.narrative.strip()[:4000])


def _run_clock(row: models.Aefi, actor: Actor, at: datetime) -> None:
    """The limit of the card's severity runs, and no other."""
    rule = rules.rule(on=today(at))
    wanted = rules.asked_deadline(Severity(row.severity), rule=rule)
    subject = Subject(SUBJECT, str(row.id))
    for other in sorted(set(rule.deadlines.values()) - {wanted}):
        deadlines.cancel_of([subject], definition=other, reason="severity", actor=actor, at=at)
    start = Start(
        definition=wanted,
        subject=subject,
        started_at=row.found_at,
        owner_org=row.organization,
        place_code=row.place_code,
        resident=ResidentId(row.resident_id),
    )
    deadlines.start([start], actor=actor, at=at)


def report(*, aefi_id: UUID, told: Told, expected_version: int, actor: Actor, at: datetime) -> Aefi:
    """Send a card that was begun or returned to the CDC; that meets its time limit.

    Raises:
        NotPermitted, AefiNotFound, ChangedMeanwhile, WrongState, ReactionUnknown, VaccineUnknown, InTheFuture
        OnsetBeforeDose
        ReasonMissing: nothing is told of what happened.
    """
    given_reason(told.narrative)
    _require_sound(told, at)
    with transaction.atomic():
        row = _locked(aefi_id, WORK, (AefiState.DRAFT, AefiState.RETURNED), expected_version, actor)
        resident = identity.get_resident(ResidentId(row.resident_id), actor=actor, at=at)
        _put(row, told)
        row.state = AefiState.REPORTED.value
        row.reported_at = row.reported_at or at
        _run_clock(row, actor, at)
        _save(row)
        definition = rules.asked_deadline(told.severity, rule=rules.rule(on=today(at)))
        met = Met(definition, Subject(SUBJECT, str(row.id)), met_at=at, proof_kind="report", proof_id=str(row.id))  # fmt: skip
        deadlines.meet([met], actor=actor, at=at)
        _tell(row, resident.patient_rid, "", actor, at)
    return aefi_of(row)


def return_card(
    *, aefi_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Aefi:
    """Send a card back to the clinic to be completed.

    Raises:
        NotPermitted, AefiNotFound, ChangedMeanwhile, WrongState, ReasonMissing
    """
    why = given_reason(reason)
    with transaction.atomic():
        row = _locked(aefi_id, REVIEW, (AefiState.REPORTED,), expected_version, actor)
        row.state, row.review_note = AefiState.RETURNED.value, why
        _save(row)
        _tell(row, None, why, actor, at)
    return aefi_of(row)


def review(
    *,
    aefi_id: UUID,
    class_code: str,
    note: str,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Aefi:
    """Classify a card; one already classified may be classified anew with a reason.

    Raises:
        NotPermitted, AefiNotFound, ChangedMeanwhile, WrongState, ClassUnknown, ReasonMissing
    """
    why = given_reason(note)
    if class_code not in rules.rule(on=today(at)).classes:
        raise ClassUnknown(code=class_code[:2])
    with transaction.atomic():
        states = (AefiState.REPORTED, AefiState.REVIEWED)
        row = _locked(aefi_id, REVIEW, states, expected_version, actor)
        row.state, row.class_code, row.review_note = AefiState.REVIEWED.value, class_code, why
        row.reviewed_at, row.reviewed_by = at, actor.account
        _save(row)
        _tell(row, None, why, actor, at)
    return aefi_of(row)


def _locked(
    aefi_id: UUID,
    permission: str,
    states: Sequence[AefiState],
    expected_version: int,
    actor: Actor,
) -> models.Aefi:
    """A card, locked: of the actor's clinic where he reports, of his places where he reviews."""
    require(actor, permission)
    row = models.Aefi.objects.select_for_update().filter(near(actor, permission), pk=aefi_id).first()  # fmt: skip
    if row is None or (permission == WORK and not works_at(actor, WORK, row.organization)):
        raise AefiNotFound()
    require_version(row.version, expected_version)
    if AefiState(row.state) not in states:
        raise WrongState(state=row.state)
    return row


def _save(row: models.Aefi) -> None:
    row.version += 1
    row.save()


def _tell(row: models.Aefi, subject: int | None, reason: str, actor: Actor, at: datetime) -> None:
    data = {"organization": row.organization, "state": row.state, "severity": row.severity}
    write_down_and_announce(
        events.AEFI, "Aefi", row.id, data=data, reason=reason, subjects=[subject] if subject else (), actor=actor, at=at
    )  # fmt: skip
