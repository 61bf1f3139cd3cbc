"""Plain data for the pages of corrections."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kangmai.identity.types import Correction, CorrectionField, CorrectionState
from kangmai.portal.institutions.presenters import standard
from kangmai.portal.residents.numbers import address_of
from kangmai.portal.residents.presenters import spaced
from kangmai.portal.shell import words

FIELDS = {
    CorrectionField.NAME: gettext_lazy("Name"),
    CorrectionField.SEX: gettext_lazy("Sex"),
    CorrectionField.BIRTH_DATE: gettext_lazy("Birth date"),
    CorrectionField.PHONE: gettext_lazy("Telephone"),
    CorrectionField.ADDRESS: gettext_lazy("Address"),
    CorrectionField.MOTHER: gettext_lazy("Mother's name"),
    CorrectionField.OTHER: gettext_lazy("Something else in the record"),
}
STATES = {
    CorrectionState.ASKED: (gettext_lazy("being looked at"), "info"),
    CorrectionState.APPLIED: (gettext_lazy("corrected"), "ok"),
    CorrectionState.DECLINED: (gettext_lazy("not corrected"), "warning"),
    CorrectionState.WITHDRAWN: (gettext_lazy("taken back"), ""),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A correction as its pages show it."""

    id: str
    field: str
    state: str
    tone: str
    before: str
    value: str
    reason: str
    answer: str
    asked_at: str
    decided_at: str
    is_open: bool
    version: int
    name: str
    number: str
    address: str
    resident_address: str


def row(found: Correction) -> Row:
    """A correction in words."""
    state, tone = STATES[found.state]
    return Row(
        id=str(found.id),
        field=str(FIELDS[found.field]),
        state=str(state),
        tone=tone,
        before=_shown(found.field, found.before),
        value=_shown(found.field, found.value),
        reason=found.reason,
        answer=found.answer,
        asked_at=words.instant(found.asked_at),
        decided_at=words.instant(found.decided_at) if found.decided_at else "",
        is_open=found.state is CorrectionState.ASKED,
        version=found.version,
        name=found.resident.demographics.name,
        number=spaced(found.resident.index_number),
        address=reverse("correction", args=[found.id]),
        resident_address=address_of(found.resident.index_number),
    )


def _shown(field: CorrectionField, text: str) -> str:
    if not text:
        return ""
    if field is CorrectionField.SEX:
        return standard("sex", text)
    if field is CorrectionField.BIRTH_DATE:
        return words.day(datetime.date.fromisoformat(text))
    return text


def field_choices() -> Iterable[tuple[str, str]]:
    """What can be asked, in the order of the form."""
    return ((field.value, str(label)) for field, label in FIELDS.items())


def outcome(done: Correction) -> str:
    """What a decision came to, for who made it."""
    if done.state is CorrectionState.DECLINED:
        return _("Declined. The resident reads the answer.")
    if done.field is CorrectionField.OTHER:
        return _("Closed. The resident reads the answer.")
    return _("Corrected. What stood before is kept in the history.")
