"""A resident's record: who, the timeline, the course of a measurement, details."""

from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.access import queries as access
from kangmai.identity import queries as identity
from kangmai.identity.errors import ResidentNotFound
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.portal.access.own import own_resident_id
from kangmai.portal.contracts import panel as doctor
from kangmai.portal.health_records.wording import may_see_health_record
from kangmai.portal.institutions.presenters import name_of
from kangmai.portal.programmes import panel
from kangmai.portal.residents import export, presenters, record, trends
from kangmai.portal.residents.kinds import Kind, kind_of
from kangmai.portal.residents.numbers import address_of, resident_id_of
from kangmai.portal.residents.overview import overview
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import Choice, choices
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day


@require_safe
@signed_in
def resident(request: PortalRequest, number: str) -> HttpResponse:
    """Show a resident's record; offer an emergency opening where it is out of reach."""
    try:
        found = identity.get_resident(resident_id_of(number), actor=request.actor, at=request.at)
    except ResidentNotFound:
        if not is_permitted(request.actor, "glass.break"):
            raise
        return _closed(request, number)
    crumbs = trail(Crumb(_("Residents"), "/residents/"), Crumb(found.demographics.name))
    return _page(request, found, crumbs)


@require_safe
@signed_in
def my_record(request: PortalRequest) -> HttpResponse:
    """Show a resident his own record."""
    found = identity.get_resident(
        own_resident_id(request.actor), actor=request.actor, at=request.at
    )
    return _page(request, found, trail(Crumb(_("My record"))))


def _closed(request: PortalRequest, number: str) -> HttpResponse:
    context = {
        "crumbs": trail(Crumb(_("Residents"), "/residents/"), Crumb(presenters.spaced(number))),
        "number": number,
        "shown_number": presenters.spaced(number),
    }
    return render(request, "residents/closed.html", context, status=404)


def _page(request: PortalRequest, found: Resident, crumbs: tuple[Crumb, ...]) -> HttpResponse:
    actor, at = request.actor, request.at
    kind = kind_of(request.GET.get("kind", ""))
    context = {
        "crumbs": crumbs,
        "person": presenters.person(found, on=legal_day(at)),
        "number": found.index_number,
        "glass": _glass(found, actor, at),
        "may_merge": is_permitted(actor, "identity.review"),
        "may_manage_card": is_permitted(actor, "cards.manage"),
        "may_record_family": is_permitted(actor, "family.record"),
        "may_see_vaccinations": is_permitted(actor, "vaccination.read"),
        "may_see_health_record": may_see_health_record(actor),
        "may_see_ledger": is_permitted(actor, "audit.read"),
        "may_unmask": is_permitted(actor, "identity.write"),
        "facts": presenters.facts(found, managing=_managing(found, actor)),
        "kinds": presenters.kind_links(kind),
        **panel.context(found, actor=actor, at=at),
        **doctor.context(found, actor=actor, at=at),
        "overview": overview(found, actor=actor, at=at),
        "sources": _sources(request, found),
        "kind": kind.key if kind else "",
        **_timeline(request, found, kind),
        **_trend(request, found),
    }
    return render(request, "residents/record.html", context)


@require_safe
@signed_in
def older(request: PortalRequest, number: str) -> HttpResponse:
    """The next part of the timeline, to be put below the first."""
    found = identity.get_resident(resident_id_of(number), actor=request.actor, at=request.at)
    kind = kind_of(request.GET.get("kind", ""))
    return render(request, "residents/timeline.html", _timeline(request, found, kind))


@require_safe
@signed_in
def as_fhir(request: PortalRequest, number: str) -> HttpResponse:
    """Hand out what the reader may see of a record as a FHIR Bundle."""
    found = identity.get_resident(resident_id_of(number), actor=request.actor, at=request.at)
    body = export.bundle(found, actor=request.actor, at=request.at)
    answer = HttpResponse(body, content_type="application/fhir+json")
    answer["Content-Disposition"] = f'attachment; filename="{number}.json"'
    return answer


def _sources(request: PortalRequest, found: Resident) -> tuple[Choice, ...]:
    """The institutions by which the record can be filtered."""
    named = [(str(id), name) for id, name in record.sources(found, actor=request.actor)]
    return choices([("", _("all sources")), *named], current=request.GET.get("source", ""))


def _source(request: PortalRequest) -> int | None:
    text = request.GET.get("source", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _timeline(request: PortalRequest, found: Resident, kind: Kind | None) -> dict[str, object]:
    before, source = request.GET.get("before", ""), _source(request)
    part = record.part(
        found,
        kind=kind,
        source=source,
        before=before or None,
        actor=request.actor,
        at=request.at,
    )
    kept = {"kind": kind.key if kind else "", "source": "" if source is None else source}
    query = urlencode({**kept, "before": part.before or ""})
    address = address_of(found.index_number)
    return {
        "days": part.days,
        "older": f"{address}?{query}" if part.before else "",
        "older_part": f"{address}older/?{query}" if part.before else "",
    }


def _trend(request: PortalRequest, found: Resident) -> dict[str, object]:
    entries = record.measurements(found, actor=request.actor, at=request.at)
    known = trends.measurements(entries)
    wanted = request.GET.get("trend", "")
    key = wanted if wanted in known else next(iter(known), "")
    return {
        "trend": trends.trend(entries, key=key) if key else None,
        "choices": choices(known.items(), current=key),
        "kept": [("kind", request.GET["kind"])] if request.GET.get("kind") else [],
    }


def _glass(found: Resident, actor: Actor, at: datetime) -> str:
    """Until when the record is open in an emergency; empty where it is open by right."""
    running = (
        each for each in access.open_glasses(at=at, actor=actor) if each.resident_id == found.id
    )
    return max((words.instant(each.expires_at) for each in running), default="")


def _managing(found: Resident, actor: Actor) -> str:
    if found.managing_org is None or not is_permitted(actor, "registry.read"):
        return ""
    return name_of(registry.get_organization(organization_id=found.managing_org, actor=actor))
