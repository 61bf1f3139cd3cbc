"""The case investigation of a card: answers to its disease's form, kept in the resident's record."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.cases import events
from kangmai.epidemic.cases.errors import NotAResident
from kangmai.epidemic.cases.investigations import form_of, latest_response, occasion
from kangmai.epidemic.cases.reach import REVIEW
from kangmai.epidemic.cases.types import Deed
from kangmai.epidemic.cases.writing import keep_step, locked, save, write_down
from kangmai.forms import actions as forms
from kangmai.forms.types import Given, Saved
from kangmai.kernel.actor import Actor, is_permitted, require
from kangmai.kernel.ids import ResidentId


def investigate(
    *,
    card_id: UUID,
    given: Given,
    reason: str = "",
    expected_version: int,
    answers_version: int = 0,
    key: str,
    actor: Actor,
    at: datetime,
) -> Saved:
    """Save the answers of an investigation, or correct those there are.

    Args:
        given: what stands in the inputs of the form.
        reason: why the answers are corrected; only for a correction.
        answers_version: of the answers that are corrected.

    Raises:
        NotPermitted, CardNotFound, MayNotOpen, CardChanged, NotInThisState, NoInvestigation, NotAResident;
        of forms: AnswersRefused, AnswersChanged, ReasonMissing, KeyReused, NotForThisResident.
    """
    with transaction.atomic():
        row = locked(
            card_id, expected_version=expected_version, deed=Deed.INVESTIGATED, actor=actor
        )
        if not is_permitted(actor, REVIEW, row.managing_code):
            require(actor, REVIEW, row.report_code)
        if row.resident_id is None:
            raise NotAResident()
        response = latest_response(row)
        if response:
            saved = forms.correct_answers(
                response_id=response,
                given=given,
                reason=reason,
                expected_version=answers_version,
                key=key,
                actor=actor,
                at=at,
            )
        else:
            saved = forms.save_answers(
                form=form_of(row),
                resident_id=ResidentId(row.resident_id),
                given=given,
                occasion=occasion(row),
                key=key,
                actor=actor,
                at=at,
            )
        if not saved.is_repeated:
            save(row, at=at)
            keep_step(row, Deed.INVESTIGATED, note=saved.response_id, actor=actor, at=at)
            write_down(row, events.INVESTIGATED, reason=reason, actor=actor, at=at)
    return saved
