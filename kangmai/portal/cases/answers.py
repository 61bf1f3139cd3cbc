"""One field of a card in words."""

import datetime
from typing import Any

from django.utils.translation import gettext as _

from kangmai.portal.cases import wording
from kangmai.portal.institutions.presenters import standard
from kangmai.portal.shell import area, words

SETS = {
    "sex_code": "sex",
    "document_type": "identity-document",
    "belongs_to": "report-home-area",
    "occupation": "report-population",
    "case_class": "case-classification",
    "acute_chronic": "acute-chronic",
    "contacts_with_symptoms": "close-contact-symptoms",
}


def answer(name: str, value: Any) -> str:
    """What a field says, for people."""
    if isinstance(value, datetime.datetime):
        return words.instant(value)
    if value in ("", None):
        return "—"
    text = str(value)
    if name in SETS:
        return standard(SETS[name], text)
    match name:
        case "disease":
            return wording.disease(text)
        case "home_code":
            return area.path(text)
        case "origin":
            return {"local": _("here"), "imported": _("elsewhere (imported)")}.get(text, text)
        case "diagnosed_at":
            return words.instant(datetime.datetime.fromisoformat(text))
        case _:
            return text
