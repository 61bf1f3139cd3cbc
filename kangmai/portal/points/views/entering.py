"""Enter a service point, and say anew what holds of one."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kangmai.kernel.actor import require
from kangmai.kernel.errors import Conflict, Incorrect
from kangmai.portal.messages.presenters import language
from kangmai.portal.points import asking
from kangmai.portal.points.views.page import ENTER, crumbs
from kangmai.portal.shell import area
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.programmes.points import actions, queries
from kangmai.programmes.points.errors import FactsRefused
from kangmai.programmes.points.types import Holder, Kind, PointFacts
from kangmai.standards.calendars import legal_day


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: PortalRequest) -> HttpResponse:
    """Choose whose point it is, then say what holds of it."""
    require(request.actor, ENTER)
    on = legal_day(request.at)
    known = asking.kind_of(request, on)
    if request.method != "POST":
        return _new_page(request, known, {})
    post = request.POST
    try:
        found = actions.enter(
            facts=PointFacts(
                kind=known.id,
                name=post.get("name", ""),
                organization=asking.number(post.get("organization", "")),
                place=asking.number(post.get("place", "")),
                division=post.get("division", ""),
                partner=asking.number(post.get("partner", "")),
                address=post.get("address", ""),
                phone=post.get("phone", ""),
                ends_on=asking.optional_day(post.get("ends_on", "")),
            ),
            given=asking.given(post, known),
            from_on=asking.day(post.get("from_on", "")),
            key=asking.key(request),
            actor=request.actor,
            at=request.at,
        )
    except (Incorrect, Conflict) as error:
        return _new_page(request, known, _refused(error, known), status=400)
    messages.success(request, _("Entered. It counts once somebody else has confirmed it."))
    return redirect("point", found.id)


def _refused(error: Incorrect | Conflict, known: Kind) -> dict[str, Any]:
    faults = error.faults if isinstance(error, FactsRefused) else ()
    told = asking.fault_lines(known, faults) if faults else [("form", words_of(error))]
    return {"faults": told, "field_faults": faults}


def _new_page(
    request: PortalRequest, known: Kind, refused: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    actor, on, post = request.actor, legal_day(request.at), request.POST
    text = (post or request.GET).get("text", "").strip()[:60]
    partner_text = (post or request.GET).get("partner_text", "").strip()[:60]
    has_holder = known.holder is not Holder.NONE
    title = known.title.in_language(language())
    context = {
        "crumbs": trail(
            Crumb(_("Service points"), reverse("points")),
            Crumb(title, f"{reverse('points')}?kind={known.id}"),
            Crumb(_("New")),
        ),
        "kind": known,
        "title": title,
        "groups": asking.kind_groups(known.id, on),
        "text": text,
        "partner_text": partner_text,
        "has_holder": has_holder,
        "is_institution": known.holder is Holder.INSTITUTION,
        "holders": _named(queries.holders(known, text, actor=actor)) if has_holder else [],
        "holder": post.get("organization") or post.get("place") or "",
        "has_partner": known.partner is not None,
        "partner_title": known.partner.in_language(language()) if known.partner else "",
        "partners": _named(queries.partners(known, partner_text, actor=actor)) if known.partner else [],
        "partner": post.get("partner", ""),
        "towns": asking.towns(actor, current=post.get("division", "")),
        "term": known.term.in_language(language()) if known.term else "",
        "inputs": asking.inputs(known, asking.given(post, known), refused.get("field_faults", ())),
        "given": {"from_on": post.get("from_on", on.isoformat()), "name": post.get("name", ""), "address": post.get("address", ""), "phone": post.get("phone", ""), "ends_on": post.get("ends_on", "")},
        "today": on.isoformat(),
        "key": asking.key(request) if request.method == "POST" else uuid4(),
        "faults": refused.get("faults", []),
    }  # fmt: skip
    return render(request, "points/new.html", context, status=status)


def _named(some: tuple[tuple[int, str, str], ...]) -> list[tuple[str, str]]:
    return [(str(id), f"{name} · {area.path(division)}") for id, name, division in some]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def facts(request: PortalRequest, point_id: UUID) -> HttpResponse:
    """Say anew what holds of a point, from a day on."""
    require(request.actor, ENTER)
    found = queries.get_point(point_id, actor=request.actor)
    known = queries.kind(found.kind, on=legal_day(request.at))
    if request.method != "POST":
        return _facts_page(request, point_id, asking.given_of(found.values), {})
    post = request.POST
    try:
        actions.restate(
            point_id=point_id,
            given=asking.given(post, known),
            from_on=asking.day(post.get("from_on", "")),
            address=post.get("address", ""),
            phone=post.get("phone", ""),
            ends_on=asking.optional_day(post.get("ends_on", "")),
            expected_version=asking.version(request),
            actor=request.actor,
            at=request.at,
        )
    except (Incorrect, Conflict) as error:
        said = asking.given(post, known)
        return _facts_page(request, point_id, said, _refused(error, known), status=400)
    messages.success(request, _("Written down; what was said before stays readable."))
    return redirect("point", point_id)


def _facts_page(
    request: PortalRequest,
    point_id: UUID,
    said: dict[str, str | list[str]],
    refused: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    on, post = legal_day(request.at), request.POST
    found = queries.get_point(point_id, actor=request.actor)
    known = queries.kind(found.kind, on=on)
    ends_on = found.ends_on.isoformat() if found.ends_on else ""
    context = {
        "crumbs": crumbs(known, found),
        "of": found,
        "kind": known,
        "title": known.title.in_language(language()),
        "place": area.path(found.place_code),
        "term": known.term.in_language(language()) if known.term else "",
        "inputs": asking.inputs(known, said, refused.get("field_faults", ())),
        "given": {"from_on": post.get("from_on", on.isoformat()), "address": post.get("address", found.address), "phone": post.get("phone", found.phone), "ends_on": post.get("ends_on", ends_on)},
        "today": on.isoformat(),
        "version": post.get("version", found.version),
        "faults": refused.get("faults", []),
    }  # fmt: skip
    return render(request, "points/facts.html", context, status=status)
