"""Which form investigates a card's case, and where its answers are."""

from kangmai.epidemic.cases import models
from kangmai.epidemic.cases.diseases import disease
from kangmai.epidemic.cases.errors import NoInvestigation
from kangmai.epidemic.cases.types import Deed
from kangmai.forms import queries as forms
from kangmai.forms.types import Form
from kangmai.standards.calendars import legal_day


def form_of(row: models.Card) -> Form:
    """The form of a card's disease as on the day of its diagnosis. Raises NoInvestigation."""
    on = legal_day(row.diagnosed_at or row.drafted_at)
    known = disease(row.subtype, on=on)
    if not known.investigation:
        raise NoInvestigation(disease=row.subtype)
    return forms.form(known.investigation, on=on)


def occasion(row: models.Card) -> str:
    """What the answers are to: a case is investigated once, and corrected."""
    return f"case:{row.id}"


def latest_response(row: models.Card) -> str:
    """The id of the answers there are; empty where nobody has investigated."""
    step = row.steps.filter(deed=Deed.INVESTIGATED.value).order_by("-id").first()
    return step.note if step else ""
