"""Who may act for a resident, taken down at a desk that has seen the papers."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.identity import queries as identity
from kangmai.identity.family import actions, queries
from kangmai.identity.family.types import Kind
from kangmai.kernel.actor import require
from kangmai.kernel.errors import Conflict, Incorrect, NotFound
from kangmai.portal.family import presenters
from kangmai.portal.family.views.own import _day
from kangmai.portal.residents.numbers import address_of, resident_id_of
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.standards.calendars import legal_day


@require_safe
@signed_in
def family(request: PortalRequest, number: str) -> HttpResponse:
    """Show who may act for a resident, and the form for another one."""
    require(request.actor, "family.record")
    subject = identity.get_resident(resident_id_of(number), actor=request.actor, at=request.at)
    today = legal_day(request.at)
    context = {
        "crumbs": trail(
            Crumb(_("Residents"), "/residents/"),
            Crumb(subject.demographics.name, address_of(subject.index_number)),
            Crumb(_("Family")),
        ),
        "name": subject.demographics.name,
        "number": subject.index_number,
        "holders": presenters.rows(queries.act_for(subject.id, actor=request.actor), on=today),
        "evidence": choices(presenters.evidence_choices(today), current=""),
        "powers": presenters.power_choices(),
    }
    return render(request, "family/desk.html", context)


@require_POST
@signed_in
def add(request: PortalRequest, number: str) -> HttpResponse:
    """Take down that somebody may act for the resident."""
    require(request.actor, "family.record")
    kind, _sign, evidence = request.POST.get("evidence", "").partition(":")
    today = legal_day(request.at)
    try:
        holder = identity.resident_numbered(request.POST.get("holder", "").replace(" ", ""))
        actions.record_authority(
            resident_id_of(number),
            holder=holder,
            kind=Kind.AUTHORISED if kind == Kind.AUTHORISED else Kind.GUARDIAN,
            powers=request.POST.getlist("power"),
            evidence=evidence,
            until=_day(request.POST.get("until", ""), today) if kind == Kind.AUTHORISED else None,
            actor=request.actor,
            at=request.at,
        )
    except (Incorrect, Conflict, NotFound) as error:
        messages.error(request, words_of(error))
    else:
        messages.success(request, _("It is written down."))
    return redirect("resident-family", number)


@require_POST
@signed_in
def end(request: PortalRequest, number: str, authority_id: int) -> HttpResponse:
    """End an authority."""
    require(request.actor, "family.record")
    version = request.POST.get("version", "")
    try:
        actions.end_authority(
            authority_id,
            expected_version=int(version) if version.isdigit() else 0,
            actor=request.actor,
            at=request.at,
        )
    except (Incorrect, Conflict, NotFound) as error:
        messages.error(request, words_of(error))
    else:
        messages.success(request, _("It has ended."))
    return redirect("resident-family", number)
