"""Lists of births by what they wait for, deliveries whose children are not registered, numbered blanks."""

import datetime
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.ids import ResidentId
from kangmai.portal.births import wording
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking
from kangmai.programmes.births import actions, queries
from kangmai.programmes.births.types import Birth, Show, Told
from kangmai.registry import queries as registry
from kangmai.registry.types import OrganizationKind
from kangmai.standards.calendars import LEGAL_TIME, legal_day

READ, ISSUE, KEEP = "births.read", "births.issue", "births.keep"
PAGE = 20
HOUSES = (
    OrganizationKind.HOSPITAL,
    OrganizationKind.MATERNAL_CHILD,
    OrganizationKind.TOWNSHIP_HOSPITAL,
    OrganizationKind.COMMUNITY_CENTRE,
)


@require_safe
@signed_in
def births(request: PortalRequest) -> HttpResponse:
    """List births by what they wait for."""
    require(request.actor, READ)
    on, said = legal_day(request.at), request.GET.get("show", "")
    shown = Show(said) if said in [each.value for each in Show] else Show.UNCERTIFIED
    number = request.GET.get("number", "").strip()
    found = queries.search_births(
        show=Show.ALL if number else shown,
        number=number,
        after=asking.uuid_of(request.GET.get("after", "")),
        limit=PAGE,
        on=on,
        actor=request.actor,
    )
    counts = queries.count_births(on=on, actor=request.actor)
    waiting = queries.deliveries(on=on, actor=request.actor) if shown is Show.UNCERTIFIED and not number else []  # fmt: skip
    who = _who(request, {each.child for each in found} | {each.mother for each in waiting})
    houses = {each.organization for each in found} | {each.organization for each in waiting}
    names = registry.names_by_id(ids=houses, language=language())
    context = {
        "crumbs": trail(Crumb(_("Births"))),
        "tabs": [(each.value, wording.show(each), counts[each], each is shown) for each in Show],
        "show": shown.value,
        "number": number,
        "rows": [_row(each, who, names, on) for each in found],
        "deliveries": [
            {
                "name": who[each.mother].demographics.name if each.mother in who else "—",
                "number": who[each.mother].index_number if each.mother in who else "",
                "on": words.day(each.delivered_on),
                "count": f"{each.registered} / {each.live_births}",
                "institution": names.get(each.organization, ""),
            }
            for each in waiting
        ],
        "may_issue": is_permitted(request.actor, ISSUE),
        "pager": pager(request.GET, cursor=str(found[-1].id) if len(found) == PAGE else None),
    }
    return render(request, "births/list.html", context)


def _who(request: PortalRequest, ids: set[ResidentId]) -> dict[ResidentId, Resident]:
    """Those of some residents whom the actor may know; a bureau knows the names of certificates only."""
    if not is_permitted(request.actor, "identity.search"):
        return {}
    return identity.residents_by_id(ids, actor=request.actor, at=request.at)


def _row(
    of: Birth, who: dict[ResidentId, Resident], names: dict[int, str], on: datetime.date
) -> dict[str, Any]:
    certificate = of.certificate
    known = who[of.child].demographics.name if of.child in who else "—"
    return {
        "id": of.id,
        "name": certificate.named.child if certificate else known,
        "born": words.instant(of.told.born_at),
        "number": certificate.number if certificate else "",
        "institution": names.get(of.organization, ""),
        "place": area.name_of(of.place_code),
        "progress": wording.progress(of),
        "late": sum(each.is_late(on) for each in of.items),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: PortalRequest) -> HttpResponse:
    """Register a child that was born in the actor's institution."""
    require(request.actor, ISSUE)
    fault = ""
    if request.method == "POST":
        try:
            return redirect("birth", _register(request).id)
        except KangmaiError as error:
            fault = words_of(error)
    said = request.POST if request.method == "POST" else request.GET
    context = {
        "crumbs": trail(Crumb(_("Births"), reverse("births")), Crumb(_("Register a birth"))),
        "fault": fault,
        "said": {name: said.get(name, "") for name in ("number", "name", "born_at", "weeks", "weight", "length")},
        "ordinal": said.get("ordinal") or "1",
        "sexes": choices((("2", _("female")), ("1", _("male")), ("0", _("unknown"))), current=said.get("sex") or "2"),
        "latest": request.at.astimezone(LEGAL_TIME).strftime("%Y-%m-%dT%H:%M"),
        "key": request.POST.get("key") or uuid4(),
    }  # fmt: skip
    return render(request, "births/new.html", context, status=422 if fault else 200)


def _register(request: PortalRequest) -> Birth:
    return actions.register_birth(
        mother_number=asking.text(request, "number"),
        mother_name=asking.text(request, "name"),
        told=Told(
            born_at=asking.moment(request, "born_at", _("Born at")),
            sex_code=asking.text(request, "sex"),
            weeks=asking.whole(request, "weeks", _("Weeks of gestation")),
            weight_g=asking.whole(request, "weight", _("Weight (g)")),
            length_cm=asking.whole(request, "length", _("Length (cm)")),
            ordinal=asking.whole(request, "ordinal", _("Child of this delivery")),
        ),
        key=asking.key(request),
        actor=request.actor,
        at=request.at,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def numbers(request: PortalRequest) -> HttpResponse:
    """Show the numbered blanks; hand out a batch, or take a blank out of use."""
    require(request.actor, READ)
    fault = ""
    if request.method == "POST":
        try:
            _do_numbers(request)
            asking.written(request)
            return redirect("birth-numbers")
        except KangmaiError as error:
            fault = words_of(error)
    found = queries.stock(actor=request.actor)
    names = registry.names_by_id(ids={each.organization for each in found}, language=language())
    may_keep = is_permitted(request.actor, KEEP)
    context = {
        "crumbs": trail(Crumb(_("Births"), reverse("births")), Crumb(_("Numbered blanks"))),
        "fault": fault,
        "rows": [
            {
                "institution": names.get(each.organization, ""),
                "left": words.count(each.left),
                "is_low": each.left < LOW,
                "used": words.count(each.used),
                "spoiled": words.count(each.spoiled),
                "next": each.next_number,
            }
            for each in found
        ],
        "may_keep": may_keep,
        "houses": _houses(request) if may_keep else (),
        "may_issue": is_permitted(request.actor, ISSUE),
        "said": request.POST,
        "key": request.POST.get("key") or uuid4(),
    }
    return render(request, "births/numbers.html", context, status=422 if fault else 200)


LOW = 10
"""So few blanks left are pointed out."""


def _houses(request: PortalRequest) -> list[tuple[str, str]]:
    """The institutions of the area at which children may be born."""
    place = next((each.low for grant in request.actor.grants for each in grant.places), "")
    found = [
        one
        for kind in HOUSES
        for one in registry.search_organizations(kind=kind.value, limit=100, actor=request.actor).rows
    ]  # fmt: skip
    return [(str(one.id), one.name) for one in found if one.division_code.startswith(place)]


def _do_numbers(request: PortalRequest) -> None:
    if request.POST.get("do") == "spoil":
        actions.spoil_blank(number=asking.text(request, "number"), reason=asking.text(request, "reason"), actor=request.actor, at=request.at)  # fmt: skip
        return
    actions.receive_blanks(
        organization=asking.whole(request, "organization", _("Institution")),
        first=asking.text(request, "first"),
        count=asking.whole(request, "count", _("How many")),
        key=asking.key(request),
        actor=request.actor,
        at=request.at,
    )
