"""A visit that was saved: what was decided and answered, what was corrected since, its printouts."""

import datetime
import io
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.documents import queries as documents
from kangmai.documents.types import Format
from kangmai.forms import queries as forms
from kangmai.identity.types import Resident
from kangmai.kernel.actor import is_permitted
from kangmai.portal.programmes import (
    answers,
    catalogue,
    clocks,
    decisions,
    people,
    printing,
    reach,
    rows,
    visits,
    wording,
)
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.programmes.engine import queries
from kangmai.programmes.engine.types import Filter, Standing, Visit
from kangmai.programmes.kit import queries as kits
from kangmai.standards.calendars import legal_day


@require_safe
@signed_in
def visit(request: PortalRequest, visit_id: UUID) -> HttpResponse:
    """Show a visit."""
    reach.require_staff(request.actor)
    found = queries.get_visit(visit_id, actor=request.actor, at=request.at)
    resident = people.resident(found.resident_id, actor=request.actor, at=request.at)
    return render(request, "programmes/visit.html", _context(request, found, resident))


def _context(request: PortalRequest, found: Visit, resident: Resident) -> dict[str, Any]:
    actor, at = request.actor, request.at
    on = legal_day(at)
    teams = reach.institution_names({found.organization or 0})
    ledger = visits.ledger([found], actor=actor)
    answered = _answered(request, found)
    is_current = found.standing is Standing.CURRENT
    return {
        "crumbs": trail(
            Crumb(_("Follow-ups"), reverse("worklist")),
            Crumb(resident.demographics.name, reverse("enrolment", args=[found.enrolment_id])),
            Crumb(
                f"{catalogue.service_title(found.programme, found.service, on=on)} {found.visited_on}"
            ),
        ),
        "person": people.head(resident, at=at),
        "number": resident.index_number,
        "visit": visits.line(found, on=on, teams=teams, ledger=ledger),
        "sent": ledger.get(str(found.first_id)),
        "visit_id": found.id,
        "enrolment_id": found.enrolment_id,
        "verdict": decisions.verdict_of(found),
        "judgements": _judgements(request, found),
        "is_current": is_current,
        "current": "" if is_current else _current_address(request, found),
        "may_correct": is_current
        and bool(found.response_id)
        and is_permitted(actor, "programmes.visit"),
        "may_refer": is_current and bool(found.outcome),
        "clocks": clocks.of_visits([found.id], actor=actor, at=at),
        "filled": _filled(found),
        "next_line": _next_line(request, found, on),
        "joined": _joined(request, found, on),
        "opened": _opened(request, found, on),
        **answered,
    }


def _filled(found: Visit) -> str:
    """On which phone without signal a visit was filled in, and when; empty where it was entered at a page."""
    filled = kits.filled_of(found)
    if filled is None:
        return ""
    return _("%(phone)s, %(filled)s; sent %(sent)s") % {
        "phone": filled.kit_name,
        "filled": words.instant(filled.filled_at),
        "sent": words.instant(filled.received_at),
    }


def _answered(request: PortalRequest, found: Visit) -> dict[str, Any]:
    """What was answered, and every version of it; nothing for visits taken over from elsewhere."""
    if not found.response_id:
        return {"parts": (), "history": ()}
    versions = forms.versions(found.response_id, actor=request.actor, at=request.at)
    form = forms.get_answers(found.response_id, actor=request.actor, at=request.at).form
    shown = next((each for each in versions if each.version == found.response_version), versions[0])
    return {
        "parts": answers.parts(form, shown.answers),
        "history": answers.history(form, versions),
        "who": shown.account_name,
    }


def _judgements(request: PortalRequest, found: Visit) -> tuple[visits.Earlier, ...]:
    """What was said of a visit before entries of earlier days; nothing is asked where none was made."""
    if found.rejudged_at is None:
        return ()
    kept = queries.judgements_of(found.id, actor=request.actor, at=request.at)
    return tuple(visits.earlier(found, each) for each in kept)


def _current_address(request: PortalRequest, found: Visit) -> str:
    """Where the answers stand that replaced these."""
    later = queries.visits_of(found.enrolment_id, limit=100, actor=request.actor, at=request.at)
    replaced = (
        each
        for each in later
        if each.response_id == found.response_id and each.standing is Standing.CURRENT
    )
    return next((visits.line(each, on=legal_day(request.at)).address for each in replaced), "")


@dataclass(frozen=True, slots=True)
class JoinedLine:
    """What else is done while this resident is here."""

    title: str
    start: str


def _joined(request: PortalRequest, found: Visit, on: datetime.date) -> list[JoinedLine]:
    """The services that belong into the same visit; what was just answered is proposed there."""
    is_today = found.visited_on == on and found.standing is Standing.CURRENT
    if not (is_today and is_permitted(request.actor, "programmes.visit")):
        return []
    others = queries.joined_services(
        found.enrolment_id,
        service=found.service,
        on=found.visited_on,
        actor=request.actor,
        at=request.at,
    )
    return [
        JoinedLine(
            catalogue.programme_title(each.enrolment.programme, on=on),
            reverse("enrolment-visit", args=[each.enrolment.id, each.service]),
        )
        for each in others
    ]


def _opened(request: PortalRequest, found: Visit, on: datetime.date) -> list[JoinedLine]:
    """The further programmes that this visit opened, such as the special file of a pregnancy at risk."""
    return [
        JoinedLine(
            catalogue.programme_title(each.programme, on=on), reverse("enrolment", args=[each.id])
        )
        for each in queries.opened_by(found.id, on=on, actor=request.actor)
    ]


def _next_line(request: PortalRequest, found: Visit, on: datetime.date) -> rows.Line | None:
    """Whom to see next, so that nobody has to go back to the list."""
    if not is_permitted(request.actor, "programmes.visit"):
        return None
    waiting = queries.worklist(filter=Filter(), limit=2, actor=request.actor, at=request.at)
    others = (row for row in waiting.rows if row.enrolment.id != found.enrolment_id)
    return next((rows.line(row, on=on, teams={}) for row in others), None)


@require_safe
@signed_in
def visit_document(request: PortalRequest, visit_id: UUID, kind: str) -> HttpResponse:
    """The summary for the resident, or the slip for the institution he is referred to."""
    reach.require_staff(request.actor)
    found = queries.get_visit(visit_id, actor=request.actor, at=request.at)
    resident = people.resident(found.resident_id, actor=request.actor, at=request.at)
    data = printing.DATA[kind](found, resident, request.actor, request.at)
    content = documents.render(
        printing.TEMPLATES[kind],
        data,
        format=Format.PDF,
        language=wording.language(),
        on=legal_day(request.at),
    )
    name = f"{kind}-{found.visited_on}.pdf"
    return FileResponse(io.BytesIO(content), content_type="application/pdf", filename=name)
