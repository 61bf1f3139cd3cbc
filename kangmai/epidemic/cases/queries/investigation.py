"""The case investigation of a card, as far as it has come."""

from datetime import datetime
from uuid import UUID

from kangmai.epidemic.cases.errors import CardNotFound, MayNotOpen
from kangmai.epidemic.cases.investigations import form_of, latest_response
from kangmai.epidemic.cases.reach import REVIEW, inside, may_open
from kangmai.epidemic.cases.types import Investigation
from kangmai.forms import queries as forms
from kangmai.kernel.actor import Actor, is_permitted, require
from kangmai.kernel.ids import ResidentId


def investigation(card_id: UUID, *, actor: Actor, at: datetime) -> Investigation:
    """The form of a card's case with what was answered, for the county that reports or looks after it.

    Raises:
        NotPermitted, CardNotFound, MayNotOpen, NoInvestigation.
    """
    row = inside(actor).filter(pk=card_id).first()
    if row is None:
        raise CardNotFound()
    if not may_open(row, actor):
        raise MayNotOpen()
    if not is_permitted(actor, REVIEW, row.managing_code):
        require(actor, REVIEW, row.report_code)
    form, response = form_of(row), latest_response(row)
    answered = forms.get_answers(response, actor=actor, at=at) if response else None
    resident = ResidentId(row.resident_id) if row.resident_id is not None else None
    return Investigation(answered.form if answered else form, resident, answered)
