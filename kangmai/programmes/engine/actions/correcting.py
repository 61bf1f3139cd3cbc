"""Correct a visit: the earlier answers and the earlier judgement stay readable beside the new ones."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.forms import actions as forms
from kangmai.forms.types import Given
from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, NotPermitted, require
from kangmai.programmes.engine import events, models
from kangmai.programmes.engine.actions.closing import close
from kangmai.programmes.engine.actions.visiting import (
    VISIT,
    may_stay_open,
    new_visit,
    service_of,
    settle,
)
from kangmai.programmes.engine.afterwards import cancel_deadline_of
from kangmai.programmes.engine.definition.reading import programme
from kangmai.programmes.engine.definition.types import Programme
from kangmai.programmes.engine.errors import (
    EnrolmentNotManaged,
    KeyUsedElsewhere,
    VisitChanged,
    VisitCorrected,
    VisitNotFound,
)
from kangmai.programmes.engine.history import visits_of
from kangmai.programmes.engine.kinds import state_words
from kangmai.programmes.engine.opening import MISTAKEN, forget_days, opened_by
from kangmai.programmes.engine.seeing import inside, serves
from kangmai.programmes.engine.types import Recorded, Standing, State, Way
from kangmai.programmes.engine.values import visit_of, whole_enrolment
from kangmai.programmes.engine.writing import resident_of, write_down
from kangmai.standards.calendars import legal_day


def correct_visit(
    *,
    visit_id: UUID,
    given: Given,
    reason: str,
    expected_version: int,
    key: str,
    actor: Actor,
    at: datetime,
) -> Recorded:
    """Replace the answers of a visit; it is judged again by the rules of its day, and planned anew.

    Answers that say the same as before change nothing.

    Args:
        reason: why, in words of who corrects; kept with the answers.
        expected_version: of the visit, as the page showed it.

    Raises:
        NotPermitted, VisitNotFound, VisitChanged, EnrolmentNotManaged, KeyUsedElsewhere
        VisitCorrected: it is an earlier state of a visit.
        AnswersRefused and what else `forms.correct_answers` raises, and what `record_visit` says of days.
    """
    require(actor, VISIT)
    with transaction.atomic():
        row, old = _locked_visit(visit_id, actor)
        if earlier := _earlier(key, old, actor):
            return Recorded(visit_of(earlier), None, whole_enrolment(row), is_repeated=True)
        _check(row, old, expected_version, actor)
        definition = programme(row.programme, on=legal_day(at))
        service = service_of(definition, old.service)
        resident, visits = resident_of(row, actor=actor, at=at), visits_of(row)
        saved = forms.correct_answers(
            response_id=old.response_id,
            given=given,
            reason=reason,
            expected_version=old.response_version,
            may_stay_open=may_stay_open(row, definition, service, resident, visits),
            key=key,
            actor=actor,
            at=at,
        )
        if saved.version == old.response_version:
            return Recorded(visit_of(old), None, whole_enrolment(row), is_repeated=True)
        visit = new_visit(row, service, saved, entered_at=old.entered_at, actor=actor)
        visit.key, visit.corrects, visit.first_id = key, old, old.first_id
        visit.organization = old.organization
        _set_aside(old, actor=actor, at=at)
        settled = settle(
            row,
            definition,
            service,
            visit,
            saved,
            resident,
            visits_of(row),
            since=old.visited_on,
            actor=actor,
            at=at,
        )
        _close_unfounded(row, definition, old, resident, actor=actor, at=at)
        forget_days(row, definition, old, resident, actor=actor, at=at)
        write_down(
            row,
            events.CORRECTED,
            subjects=[resident.patient_rid],
            data={"visit": str(visit.id), "corrects": str(old.id), "class": visit.outcome},
            actor=actor,
            at=at,
        )
        return settled.recorded(row, visit)


def _locked_visit(visit_id: UUID, actor: Actor) -> tuple[models.Enrolment, models.Visit]:
    """The visit and its enrolment, the enrolment locked first as everywhere."""
    found = models.Visit.objects.filter(pk=visit_id).values_list("enrolment_id", flat=True).first()
    row = models.Enrolment.objects.select_for_update().filter(pk=found).first()
    if row is None or not inside(actor.scope).filter(pk=row.pk).exists():
        raise VisitNotFound()
    visit = models.Visit.objects.select_for_update().get(pk=visit_id)
    visit.enrolment = row
    return row, visit


def _earlier(key: str, old: models.Visit, actor: Actor) -> models.Visit | None:
    earlier = models.Visit.objects.filter(account=actor.account, key=key).first() if key else None
    if earlier and earlier.corrects_id != old.id:
        raise KeyUsedElsewhere()
    return earlier


def _check(row: models.Enrolment, old: models.Visit, expected: int, actor: Actor) -> None:
    if old.standing != Standing.CURRENT:
        raise VisitCorrected()
    if old.version != expected:
        raise VisitChanged(current=old.version, expected=expected)
    if row.state != State.MANAGED:
        raise EnrolmentNotManaged(**state_words(row.state))
    if not serves(row, actor):
        raise NotPermitted(permission=VISIT)


def _close_unfounded(
    row: models.Enrolment,
    definition: Programme,
    old: models.Visit,
    resident: Resident,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Close as mistaken what the visit had opened and no visit opens any more, unless somebody has worked in it."""
    current = row.visits.filter(standing=Standing.CURRENT)
    gone = opened_by(definition, [old]) - opened_by(definition, current)
    opened = models.Enrolment.objects.select_for_update(of=("self",)).filter(
        resident_id__in=identity.same_resident_ids(resident.id),
        programme__in=gone,
        way=Way.RULE,
        state=State.MANAGED,
        enrolled_on=old.visited_on,
        visits__isnull=True,
    )
    for each in opened.order_by("id"):
        close(each, reason=MISTAKEN, on=legal_day(at), actor=actor, at=at)


def _set_aside(old: models.Visit, *, actor: Actor, at: datetime) -> None:
    old.standing, old.version = Standing.CORRECTED, old.version + 1
    old.save(update_fields=["standing", "version"])
    cancel_deadline_of(old, reason="corrected", actor=actor, at=at)
