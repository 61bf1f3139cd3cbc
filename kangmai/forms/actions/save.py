"""Save a form that was filled in: one QuestionnaireResponse and the Observations taken from it."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from kangmai.forms import models, savings, writing
from kangmai.forms.errors import AlreadyAnswered, AnswersRefused
from kangmai.forms.fhir import About, from_response, to_observations, to_response
from kangmai.forms.fhir.response import author_of
from kangmai.forms.queries.answers import resource_of
from kangmai.forms.queries.definitions import form_version
from kangmai.forms.rules import find_audience_faults, read_answers, require_audience, subject_of
from kangmai.forms.types import Answers, Form, Given, ResponseStatus, Saved
from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel import sealing
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import joined
from kangmai.kernel.ids import ResidentId
from kangmai.records import actions as records
from kangmai.records import queries as record
from kangmai.records import rules as record_rules
from kangmai.records.types import Outcome
from kangmai.standards.calendars import legal_day

MayStayOpen = Callable[[Answers], bool]
"""Whether answers are worth saving before every required one is given: what is urgent does not wait."""


def save_answers(
    *,
    form: Form,
    resident_id: ResidentId,
    given: Given,
    resident: Resident | None = None,
    occasion: str = "",
    may_stay_open: MayStayOpen | None = None,
    key: str,
    actor: Actor,
    at: datetime,
) -> Saved:
    """Save what was filled in about a resident. Joins the caller's transaction where one is open.

    Args:
        form: the version that was shown.
        given: place → text, as `rules.read_answers` takes it.
        resident: as the caller has read him for this actor in this transaction, if he did.
        occasion: what it is the answer to (a visit, an examination), which is answered once; may be empty.
        may_stay_open: asked where nothing is wrong but that required answers are missing; such a response
            is `in-progress` until a correction completes it.
        key: the client's idempotency key; the same key with the same content gives the first result again.

    Raises:
        NotPermitted
        ResidentNotFound: there is none, or he is outside the actor's scope.
        NotForThisResident: age, sex or time of life.
        AnswersRefused: with every fault.
        AlreadyAnswered: this occasion has a response.
        KeyMissing, KeyReused
    """
    asked = {
        "deed": "save",
        "form": form.id,
        "form_version": form.version.isoformat(),
        "resident": resident_id,
        "occasion": occasion,
        "given": dict(given),
    }
    content = savings.content_hash(asked)
    with joined():
        earlier = savings.claim(key, content, actor=actor)
        if earlier is not None:
            return repeated(earlier, actor=actor, at=at)
        if resident is None or resident.id != resident_id:
            resident = identity.get_resident(resident_id, actor=actor, at=at)
        answers, is_open = sound_answers(form, given, resident, at=at, may_stay_open=may_stay_open)
        _claim_occasion(form, resident_id, occasion)
        row, saved = _write(
            form, resident_id, resident, answers, occasion, actor, at, is_open=is_open
        )
        savings.note(
            row,
            version=saved.version,
            key=key,
            content=content,
            deed="forms.save",
            subject=resident.patient_rid,
            actor=actor,
            at=at,
        )
        models.Draft.objects.filter(
            account=actor.account, resident_id=resident_id, form_id=form.id, occasion=occasion
        ).delete()
    return saved


def sound_answers(
    form: Form,
    given: Given,
    resident: Resident,
    *,
    at: datetime,
    may_stay_open: MayStayOpen | None = None,
) -> tuple[Answers, bool]:
    """The answers in what was given about a resident, and whether required ones stay open.

    Raises:
        NotForThisResident: nothing else is wrong, or the day of measurement is not known.
        AnswersRefused: with all faults, those of the wrong day among them.
    """
    today, subject = legal_day(at), subject_of(resident)
    reading = read_answers(form, given, subject=subject, on=today)
    measured_on = reading.answers.day(form.effective_item)
    against = list(find_audience_faults(form, subject, on=measured_on or today))
    if measured_on is None or all(fault in against for fault in reading.faults):
        require_audience(form, subject, on=measured_on or today)
    if reading.is_sound:
        return reading.answers, False
    is_askable = reading.is_only_incomplete and measured_on is not None
    if is_askable and may_stay_open is not None and may_stay_open(reading.answers):
        return reading.answers, True
    raise AnswersRefused(form=form.id, faults=reading.faults)


def effective_day(form: Form, answers: Answers) -> date:
    """The day on which sound answers say it was measured; every form requires it."""
    day = answers.day(form.effective_item)
    if day is None:
        raise ValueError(f"{form.id}: sound answers without {form.effective_item}")
    return day


def repeated(earlier: models.Saving, *, actor: Actor, at: datetime) -> Saved:
    """What an act gave that is asked for again: the version it made, whatever came after."""
    row = earlier.response
    stored = record.get_version(
        "QuestionnaireResponse", str(row.id), earlier.version, actor=actor, at=at
    )
    form = form_version(row.form_id, row.form_version)
    resource = resource_of(stored)
    answers = from_response(form, resource)
    return Saved(
        response_id=str(row.id),
        version=earlier.version,
        observations=dict(row.observations),
        answers=answers,
        effective_on=effective_day(form, answers),
        is_repeated=True,
        is_open=resource["status"] == ResponseStatus.OPEN,
    )


def _claim_occasion(form: Form, resident_id: ResidentId, occasion: str) -> None:
    """Wait for others who answer the same occasion, then see whether it is answered."""
    if not occasion:
        return
    lock = sealing.blind(f"{form.id}|{resident_id}|{occasion}", purpose="forms.occasion")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(lock[:8], signed=True)])
    taken = models.Response.objects.filter(
        form_id=form.id, resident_id=resident_id, occasion=occasion, is_withdrawn=False
    ).first()
    if taken is not None:
        raise AlreadyAnswered(response=taken.id)


def _write(
    form: Form,
    resident_id: ResidentId,
    resident: Resident,
    answers: Answers,
    occasion: str,
    actor: Actor,
    at: datetime,
    *,
    is_open: bool,
) -> tuple[models.Response, Saved]:
    about = About(f"Patient/{resident.patient_id}", author_of(actor), at)
    effective_on = effective_day(form, answers)
    observations = to_observations(
        form, answers, about=about, effective_on=effective_on, response=writing.RESPONSE
    )
    status = ResponseStatus.OPEN if is_open else ResponseStatus.COMPLETED
    response = to_response(form, answers, about=about, status=status)
    outcomes = records.transact(
        [
            writing.create(response, full_url=writing.RESPONSE),
            *(writing.create(each) for each in observations.values()),
        ],
        actor=actor,
        at=at,
    )
    made = _ids(list(observations), outcomes)
    row = models.Response.objects.create(
        id=UUID(outcomes[0].id),
        form_id=form.id,
        form_version=form.version,
        resident_id=resident_id,
        occasion=occasion,
        organization=record_rules.source_of(actor).organization,
        effective_on=effective_on,
        observations=made,
        version=outcomes[0].version,
    )
    return row, Saved(str(row.id), row.version, made, answers, effective_on, is_open=is_open)


def _ids(link_ids: list[str], outcomes: list[Outcome]) -> dict[str, str]:
    """Link id → id of its Observation; the first outcome is that of the response."""
    return {link_id: outcome.id for link_id, outcome in zip(link_ids, outcomes[1:], strict=True)}
