"""The card on paper, for those without a phone."""

import io

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language

from kangmai.documents import queries as documents
from kangmai.documents.types import Format
from kangmai.identity.cards import actions, queries
from kangmai.identity.cards.errors import CardNotFound
from kangmai.identity.family import queries as family
from kangmai.identity.rules import index_number
from kangmai.kernel.errors import Conflict, NotFound
from kangmai.kernel.ids import ResidentId
from kangmai.portal.cards import presenters
from kangmai.portal.residents.presenters import spaced
from kangmai.portal.shell import words
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest
from kangmai.standards.calendars import legal_day


def printed_card(
    request: PortalRequest, resident_id: ResidentId, back: str, *arguments: str
) -> HttpResponse:
    """The card as PDF; back to the page it was asked from where it cannot be printed."""
    try:
        content = _content(request, resident_id)
    except (Conflict, NotFound) as error:
        messages.error(request, words_of(error))
        return redirect(back, *arguments)
    return FileResponse(
        io.BytesIO(content), content_type="application/pdf", filename="health-card.pdf"
    )


def _content(request: PortalRequest, resident_id: ResidentId) -> bytes:
    found = queries.find_card_in_use(resident_id, actor=request.actor, at=request.at)
    if found is None:
        raise CardNotFound()
    shown = actions.print_code(found.id, actor=request.actor, at=request.at)
    names = presenters.institution_names({found.issued_by} if found.issued_by else set())
    on = legal_day(request.at)
    data = {
        "name": family.name_of(found.resident_id),
        "number": spaced(found.number),
        "index_number": spaced(index_number(found.resident_id)),
        "institution": names.get(found.issued_by or 0, ""),
        "printed_on": words.day(on),
        "code": shown.text,
    }
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    return documents.render("health_card", data, format=Format.PDF, language=language, on=on)
