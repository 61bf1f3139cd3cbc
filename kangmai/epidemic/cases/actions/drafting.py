"""Draft cards from what arrives in the record; join what belongs to a card that is there; drop what is withdrawn."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from kangmai.epidemic.cases import clocks, events, models
from kangmai.epidemic.cases.actions.diagnosing import new_row
from kangmai.epidemic.cases.contents import put
from kangmai.epidemic.cases.diseases import disease, top
from kangmai.epidemic.cases.duplicates import covering
from kangmai.epidemic.cases.findings import Finding, is_of_age
from kangmai.epidemic.cases.people import Known, known_people
from kangmai.epidemic.cases.types import CaseClass, Content, Deed, Dismissal, State
from kangmai.epidemic.cases.writing import keep_step, lock_person, save, write_down
from kangmai.kernel.actor import Actor, require
from kangmai.standards.calendars import legal_day

DRAFT = "cases.draft"
AREAS = ((6, "1"), (4, "2"), (2, "3"))
"""How many figures of home and report must agree for each class of 病人属于, the nearest first."""


def draft_from_record(found: Sequence[Finding], *, actor: Actor, at: datetime) -> int:
    """Draft a card for each person and disease of findings of which there is none; returns how many.

    A finding that belongs to a card, draft or dismissal of the same case joins it as evidence. A draft
    all of whose evidence is withdrawn is dismissed; of a diagnosed card the withdrawal is written down.

    Raises:
        NotPermitted
    """
    require(actor, DRAFT)
    people = known_people({each.patient_rid for each in found if not each.is_withdrawn}, at=at)
    made = 0
    with transaction.atomic():
        for each in found:
            if each.is_withdrawn:
                _withdraw(each, actor, at)
            elif each.patient_rid in people:
                made += _draft(each, people[each.patient_rid], actor, at)
    return made


def _draft(found: Finding, person: Known, actor: Actor, at: datetime) -> bool:
    """Whether a new card was drafted."""
    on = legal_day(at)
    if not is_of_age(found.disease, person.content.birth_date, on=on) or _is_known(found):
        return False
    row = _row(found, person, at)
    if row is None:
        return False
    lock_person(row)
    if (card := covering(row)) is not None:
        _join(card, found, actor, at)
        return False
    row.save(force_insert=True)
    row.refresh_from_db(fields=["serial"])
    models.Evidence.objects.create(card=row, **_evidence(found))
    clocks.start_draft(row, actor=actor, at=at)
    keep_step(row, Deed.DRAFTED, note=found.code, organization=row.organization, actor=actor, at=at)
    write_down(row, events.DRAFTED, actor=actor, at=at)
    return True


def _is_known(found: Finding) -> bool:
    known = models.Evidence.objects.filter(
        resource_type=found.resource_type, resource_id=found.resource_id, code=found.code
    )
    return known.filter(is_withdrawn=False).exists()


def _row(found: Finding, person: Known, at: datetime) -> models.Card | None:
    if found.organization is None:
        return None
    row = new_row(found.organization, at)
    known = disease(found.disease, on=legal_day(at))
    row.disease, row.subtype, row.label = top(known.code), known.code, int(known.label)
    row.resident_id, row.patient_rid = person.resident, found.patient_rid
    home = person.content.home_code
    belongs_to = next((code for n, code in AREAS if home[:n] == row.report_code[:n]), "4")
    class_ = CaseClass.CONFIRMED.value if found.is_confirmed else ""
    put(row, _content(person.content, found, belongs_to if home else "", class_))
    return row


def _content(person: Content, found: Finding, belongs_to: str, case_class: str) -> Content:
    return Content(
        name=person.name,
        document_type=person.document_type,
        document_number=person.document_number,
        sex_code=person.sex_code,
        birth_date=person.birth_date,
        phone=person.phone,
        home_code=person.home_code,
        address=person.address,
        belongs_to=belongs_to,
        disease=found.disease,
        case_class=case_class,
        onset_on=found.onset_on,
    )


def _evidence(found: Finding) -> dict[str, object]:
    return {
        "resource_type": found.resource_type,
        "resource_id": found.resource_id,
        "code": found.code,
        "found_on": found.found_on,
    }


def _join(card: models.Card, found: Finding, actor: Actor, at: datetime) -> None:
    models.Evidence.objects.update_or_create(
        card=card,
        resource_type=found.resource_type,
        resource_id=found.resource_id,
        defaults={"code": found.code, "found_on": found.found_on, "is_withdrawn": False},
    )
    keep_step(
        card, Deed.EVIDENCE, note=found.code, organization=found.organization, actor=actor, at=at
    )


def _withdraw(found: Finding, actor: Actor, at: datetime) -> None:
    rows = models.Evidence.objects.filter(
        resource_type=found.resource_type, resource_id=found.resource_id, is_withdrawn=False
    )
    for card_id in rows.order_by("card_id").values_list("card_id", flat=True):
        card = models.Card.objects.select_for_update().get(pk=card_id)
        card.evidence.filter(
            resource_type=found.resource_type, resource_id=found.resource_id
        ).update(is_withdrawn=True)
        keep_step(
            card, Deed.EVIDENCE_WITHDRAWN, note=found.resource_type, organization=found.organization, actor=actor, at=at
        )  # fmt: skip
        if card.state == State.DRAFT and not card.evidence.filter(is_withdrawn=False).exists():
            card.state, card.reason = State.DISMISSED.value, Dismissal.WITHDRAWN.value
            save(card, at=at)
            clocks.meet_draft(card, actor=actor, at=at)
            write_down(card, events.DISMISSED, reason=card.reason, actor=actor, at=at)
