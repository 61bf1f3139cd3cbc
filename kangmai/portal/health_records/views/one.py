"""One health record: its cover, what it was used for, when it was brought up to date; the cover on paper."""

import datetime
import io
from dataclasses import asdict, dataclass

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kangmai.documents import queries as documents
from kangmai.documents.types import Format
from kangmai.identity import actions as identity_actions
from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import is_permitted
from kangmai.kernel.errors import NotFound
from kangmai.portal.health_records import wording
from kangmai.portal.health_records.covering import cover as cover_of
from kangmai.portal.messages.presenters import language
from kangmai.portal.programmes import catalogue, people, reach, rows
from kangmai.portal.residents.numbers import address_of, resident_id_of
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.programmes.engine import queries as programmes
from kangmai.programmes.engine.types import State
from kangmai.programmes.health_records import queries
from kangmai.programmes.health_records.types import Use
from kangmai.standards.calendars import legal_day

USES = 60


class RecordNotOpened(NotFound):
    """This resident has no health record number yet. Open the record first."""

    zh = "该居民尚未编档案号，请先建档。"


@dataclass(frozen=True, slots=True)
class UseLine:
    """One use in words."""

    day: str
    what: str
    where: str
    address: str
    is_writing: bool


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def health_record(request: PortalRequest, number: str) -> HttpResponse:
    """Show one record; POST opens it: gives the number."""
    reach.require_staff(request.actor)
    resident = _resident(request, number)
    if request.method == "POST":
        return _open(request, resident)
    actor, at, on = request.actor, request.at, legal_day(request.at)
    uses = queries.uses_of(resident.id, limit=USES, on=on, actor=actor)
    standing = queries.standing_of(resident.id, on=on, actor=actor)
    rule = queries.record_rule(on=on)
    context = {
        "crumbs": trail(
            Crumb(_("Health records"), reverse("health-records")),
            Crumb(resident.demographics.name, address_of(resident.index_number)),
            Crumb(_("Health record")),
        ),
        "person": people.head(resident, at=at),
        "number": resident.index_number,
        "version": resident.version,
        "has_number": bool(resident.record_number),
        "cover": cover_of(resident, [e for e in uses if e.is_writing], actor=actor, at=at),
        "reasons": [(wording.TONES[e], wording.show(e)) for e in standing.reasons] if standing else [],
        "is_alive": standing is not None and not standing.reasons,
        "uses": _lines(uses, on),
        "rule": wording.rule(rule),
        "is_verified": rule.is_verified,
        "may_open": is_permitted(actor, "identity.write") and resident.deceased_on is None,
        "renewal": _renewal(resident, rule.programme, rule.service, request),
    }  # fmt: skip
    return render(request, "health_records/one.html", context)


def _resident(request: PortalRequest, number: str) -> Resident:
    return identity.get_resident(resident_id_of(number), actor=request.actor, at=request.at)


def _open(request: PortalRequest, resident: Resident) -> HttpResponse:
    said = request.POST.get("version", "")
    identity_actions.give_record_number(
        resident.id,
        expected_version=int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 0,
        actor=request.actor,
        at=request.at,
    )
    messages.success(request, _("The record is open; write its basic information next."))
    return redirect("resident-health-record", resident.index_number)


def _lines(uses: list[Use], on: datetime.date) -> list[UseLine]:
    names = reach.institution_names({each.organization or 0 for each in uses})
    return [
        UseLine(
            words.day(each.on),
            _what(each, on),
            names.get(each.organization or 0, ""),
            reverse("visit", args=[each.visit]) if each.visit else "",
            each.is_writing,
        )
        for each in uses
    ]


def _what(use: Use, on: datetime.date) -> str:
    if not use.programme:
        return _("Vaccination")
    title = catalogue.programme_title(use.programme, on=on)
    return f"{title} · {catalogue.service_title(use.programme, use.service, on=on)}"


def _renewal(resident: Resident, programme: str, service: str, request: PortalRequest) -> str:
    """Where basic information is written or looked through; empty for those who may not."""
    actor = request.actor
    if resident.deceased_on or not is_permitted(actor, "programmes.visit"):
        return ""
    found = programmes.enrolments_of(resident.id, actor=actor, at=request.at)
    own = [each for each in found if each.programme == programme and each.state is not State.CLOSED]
    if not own:
        return f"{reverse('resident-enrol', args=[resident.index_number])}?programme={programme}"
    if own[0].state is State.MANAGED:
        return reverse("enrolment-visit", args=[own[0].id, service])
    return rows.start_of(own[0])


@require_safe
@signed_in
def cover(request: PortalRequest, number: str) -> HttpResponse:
    """The cover on paper."""
    reach.require_staff(request.actor)
    resident = _resident(request, number)
    if not resident.record_number:
        raise RecordNotOpened()
    on = legal_day(request.at)
    uses = queries.uses_of(resident.id, limit=USES, on=on, actor=request.actor)
    found = cover_of(resident, [e for e in uses if e.is_writing], actor=request.actor, at=request.at)  # fmt: skip
    data = {
        **asdict(found),
        "institution": found.institution or "—",
        "number_line": _("Number %(number)s") % {"number": found.number},
    }
    content = documents.render("record_cover", data, format=Format.PDF, language=language(), on=on)
    return FileResponse(
        io.BytesIO(content), content_type="application/pdf", filename=f"record-{resident.record_number}.pdf"
    )  # fmt: skip
