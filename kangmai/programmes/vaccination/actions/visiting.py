"""From the door to the chair: check-in, pre-check, consent, and doses left out."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import write_down_and_announce
from kangmai.kernel.ids import ResidentId, uuid7
from kangmai.programmes.vaccination import events, history, models, rules
from kangmai.programmes.vaccination.errors import (
    Blocked,
    KeyReused,
    NotAlive,
    NothingChosen,
    QuestionUnknown,
    StillHere,
    TemperatureUnlikely,
)
from kangmai.programmes.vaccination.reach import WORK, desk
from kangmai.programmes.vaccination.reading import visit_of
from kangmai.programmes.vaccination.types import WAITING, DoseState, File, Rule, Step, Visit
from kangmai.programmes.vaccination.writing import (
    given_reason,
    known_vaccine,
    lock,
    locked_visit,
    resident_of,
    save_visit,
    today,
)

TEMPERATURES = (34.0, 42.9)
OPEN = [each.value for each in WAITING]
GUARDIANS = ("self", "parent", "guardian", "other")


def check_in(
    *,
    resident_id: ResidentId,
    asked: Sequence[str] = (),
    key: UUID,
    actor: Actor,
    at: datetime,
) -> Visit:
    """Give somebody a number for today, with the doses that are due and may be given.

    Args:
        asked: vaccines he comes for; of the schedule only these are planned, each if it may be given.

    Raises:
        NotPermitted, ResidentNotFound, NotAlive
        VaccineUnknown: of what he comes for.
        StillHere: he is in the clinic already.
        KeyReused
    """
    organization, place_code = desk(actor, WORK)
    on = today(at)
    with transaction.atomic():
        resident = identity.get_resident(resident_id, actor=actor, at=at)
        lock("queue", organization, on)
        if (first := _before(key, resident, actor)) is not None:
            return visit_of(first)
        _require_free(organization, resident, at)
        file = history.file_of(resident, actor=actor, at=at)
        of_today = models.Visit.objects.filter(organization=organization, on=on)
        number = (of_today.aggregate(most=Max("number"))["most"] or 0) + 1
        row = models.Visit.objects.create(
            id=uuid7(),
            key=key,
            organization=organization,
            place_code=place_code,
            resident_id=resident.id,
            on=on,
            number=number,
            step=Step.ARRIVED.value,
            arrived_at=at,
            account=actor.account,
        )
        _plan(row, _due(file, asked, on), file)
        _tell(events.CHECKED_IN, row, resident, actor=actor, at=at)
    return visit_of(row)


def _due(file: File, asked: Sequence[str], on: date) -> Sequence[str]:
    """What is planned for somebody who comes in: what he comes for, else what is due."""
    if not asked:
        return rules.may_be_given(file, on=on)
    return [each for each in map(known_vaccine, asked) if not rules.blocks_of_person(file, each, on=on)]  # fmt: skip


def _before(key: UUID, resident: Resident, actor: Actor) -> models.Visit | None:
    found = models.Visit.objects.filter(key=key).first()
    if found is not None and (found.resident_id, found.account) != (resident.id, actor.account):
        raise KeyReused()
    return found


def _require_free(organization: int, resident: Resident, at: datetime) -> None:
    if resident.deceased_on is not None:
        raise NotAlive()
    here = models.Visit.objects.filter(
        organization=organization, on=today(at), resident_id=resident.id, step__in=OPEN
    ).first()
    if here is not None:
        raise StillHere(number=here.number)


def _plan(row: models.Visit, chosen: Sequence[str], file: File) -> None:
    """Put the doses of a visit down as planned; what was planned before and is not chosen goes."""
    there = {each.vaccine: each for each in row.doses.all()}
    row.doses.filter(state=DoseState.PLANNED.value).exclude(vaccine__in=chosen).delete()
    lines = (*file.lines, *file.voluntary)
    numbers = {each.vaccine: each.dose for each in reversed(lines) if each.status in rules.OPEN_STATUSES}  # fmt: skip
    models.VisitDose.objects.bulk_create(
        models.VisitDose(
            id=uuid7(),
            visit=row,
            vaccine=vaccine,
            dose=numbers.get(vaccine),
            state=DoseState.PLANNED.value,
        )
        for vaccine in chosen
        if vaccine not in there
    )


def pre_check(
    *,
    visit_id: UUID,
    temperature: float,
    answered: Collection[str] = (),
    chosen: Sequence[str] = (),
    note: str = "",
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Visit:
    """Write down the pre-check: clear somebody for the chosen vaccines, or put them off.

    Every question answered with yes puts off what the rule says; a temperature from the limit on is a fever.

    Raises:
        NotPermitted, VisitNotFound, ChangedMeanwhile, WrongStep, TemperatureUnlikely, QuestionUnknown,
        VaccineUnknown, NothingChosen
        Blocked: something chosen must not be given for another reason.
    """
    on = today(at)
    rule = rules.rule(on=on)
    yes = _answers(answered, temperature, rule)
    if not chosen and not yes:
        raise NothingChosen()
    with transaction.atomic():
        row = locked_visit(visit_id, steps=(Step.ARRIVED,), expected_version=expected_version, actor=actor)  # fmt: skip
        resident = resident_of(row, actor=actor, at=at)
        file = history.file_of(resident, actor=actor, at=at)
        for vaccine in map(known_vaccine, chosen):
            if found := rules.blocks_of_person(file, vaccine, on=on):
                raise Blocked(found)
        _plan(row, chosen, file)
        left = _put_off(row, yes, chosen, rule, actor)
        row.temperature, row.answered, row.checked_by = temperature, sorted(yes), actor.account
        row.note = note.strip()[:300]
        row.step = (Step.CLEARED if left else Step.DEFERRED).value
        save_visit(row, "temperature", "answered", "checked_by", "note", "step")
        _tell(events.DEFERRED if not left else events.CLEARED, row, resident, actor=actor, at=at)  # fmt: skip
    return visit_of(row)


def _answers(answered: Collection[str], temperature: float, rule: Rule) -> set[str]:
    low, high = TEMPERATURES
    if not low <= temperature <= high:
        raise TemperatureUnlikely(celsius=temperature, low=low, high=high)
    yes = set(answered) | ({"fever"} if temperature >= rule.fever_from else set())
    if unknown := sorted(each for each in yes if rule.question(each) is None):
        raise QuestionUnknown(question=unknown[0][:16])
    return yes


def _put_off(
    row: models.Visit, yes: set[str], chosen: Sequence[str], rule: Rule, actor: Actor
) -> list[str]:
    """Write the deferrals, leave out what they hold; what is left to give."""
    left = list(chosen)
    for question, (vaccines, until) in rules.put_off(yes, chosen, rule=rule, on=row.on).items():
        if not vaccines and rule.question(question).vaccines == "chosen":  # type: ignore[union-attr]
            continue  # nothing was chosen that it could put off
        models.Deferral.objects.create(
            id=uuid7(),
            key=uuid7(),
            resident_id=row.resident_id,
            question=question,
            vaccines=list(vaccines),
            since=row.on,
            until=until,
            organization=row.organization,
            account=actor.account,
        )
        held = [each for each in left if not vaccines or each in vaccines]
        row.doses.filter(vaccine__in=held).update(state=DoseState.DROPPED.value, drop_reason=question)  # fmt: skip
        left = [each for each in left if each not in held]
    return left


def consent(
    *,
    visit_id: UUID,
    by: str,
    refused: Collection[str] = (),
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Visit:
    """Keep that somebody was informed and agreed, and what he refused.

    Args:
        by: `self`, `parent`, `guardian` or `other`.

    Raises:
        NotPermitted, VisitNotFound, ChangedMeanwhile, WrongStep
        NothingChosen: it is not said who agrees.
    """
    if by not in GUARDIANS:
        raise NothingChosen()
    with transaction.atomic():
        row = locked_visit(visit_id, steps=(Step.CLEARED,), expected_version=expected_version, actor=actor)  # fmt: skip
        resident = resident_of(row, actor=actor, at=at)
        planned = row.doses.filter(state=DoseState.PLANNED.value)
        asked = set(planned.values_list("vaccine", flat=True))
        planned.filter(vaccine__in=refused).update(
            state=DoseState.DROPPED.value, drop_reason="refused"
        )
        row.consent_by, row.consented_at = by, at
        row.consent_rule = rules.rule(on=row.on).version
        row.step = (Step.AGREED if planned.exists() else Step.DEFERRED).value
        save_visit(row, "consent_by", "consented_at", "consent_rule", "step")
        answer = {
            "visit": str(row.id),
            "by": by,
            "on": row.on.isoformat(),
            "agreed": sorted(asked - set(refused)),
            "refused": sorted(asked & set(refused)),
            "account": actor.account,
        }
        _tell(events.AGREED, row, resident, more=answer, actor=actor, at=at)
    return visit_of(row)


def drop(
    *,
    visit_id: UUID,
    vaccine: str,
    reason: str,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Visit:
    """Leave out a dose that was planned, with a reason.

    Raises:
        NotPermitted, VisitNotFound, ChangedMeanwhile, WrongStep, ReasonMissing, NothingChosen
    """
    why = given_reason(reason)
    with transaction.atomic():
        row = locked_visit(visit_id, steps=(Step.CLEARED, Step.AGREED), expected_version=expected_version, actor=actor)  # fmt: skip
        resident = resident_of(row, actor=actor, at=at)
        found = row.doses.filter(vaccine=vaccine, state=DoseState.PLANNED.value)
        if not found.update(state=DoseState.DROPPED.value, drop_reason=why):
            raise NothingChosen()
        after_a_dose(row, at)
        save_visit(row, "step", "observed_from")
        _tell(events.DROPPED, row, resident, actor=actor, at=at)
    return visit_of(row)


def after_a_dose(row: models.Visit, at: datetime) -> None:
    """Where a visit stands once one of its doses was given or left out."""
    if row.doses.filter(state=DoseState.PLANNED.value).exists():
        return
    latest = row.doses.filter(state=DoseState.GIVEN.value).aggregate(at=Max("given_at"))["at"]
    row.step = (Step.OBSERVED if latest else Step.DEFERRED).value
    row.observed_from = latest


def leave(
    *, visit_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Visit:
    """Note that somebody went away before anything was given.

    Raises:
        NotPermitted, VisitNotFound, ChangedMeanwhile, WrongStep, ReasonMissing
    """
    why = given_reason(reason)
    steps = (Step.ARRIVED, Step.CLEARED, Step.AGREED)
    with transaction.atomic():
        row = locked_visit(visit_id, steps=steps, expected_version=expected_version, actor=actor)
        resident = resident_of(row, actor=actor, at=at)
        was_given = row.doses.filter(state=DoseState.GIVEN.value).exists()
        row.doses.filter(state=DoseState.PLANNED.value).update(
            state=DoseState.DROPPED.value, drop_reason=why
        )
        row.note = why
        if was_given:
            after_a_dose(row, at)
        else:
            row.step = Step.LEFT.value
        save_visit(row, "step", "note", "observed_from")
        _tell(events.LEFT, row, resident, actor=actor, at=at)
    return visit_of(row)


def _tell(
    event: str,
    row: models.Visit,
    resident: Resident,
    *,
    more: Mapping[str, object] = MappingProxyType({}),
    actor: Actor,
    at: datetime,
) -> None:
    data = {"organization": row.organization, "step": row.step, "resident": row.resident_id, **more}
    write_down_and_announce(
        event,
        "ClinicVisit",
        row.id,
        data=data,
        subjects=[resident.patient_rid],
        actor=actor,
        at=at,
    )
