"""Deeds at a service point: confirm, review, stop, close; inspect; mend and settle findings."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kangmai.kernel.actor import require
from kangmai.kernel.errors import Conflict, Forbidden, Incorrect
from kangmai.portal.messages.presenters import language
from kangmai.portal.points import asking
from kangmai.portal.points.views.page import INSPECT, crumbs
from kangmai.portal.shell import area
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.programmes.points import actions, queries
from kangmai.programmes.points.types import Found, Kind
from kangmai.standards.calendars import legal_day

DEEDS = {
    "confirm": actions.confirm,
    "review": actions.review,
    "suspend": actions.suspend,
    "resume": actions.resume,
    "close": actions.close,
}
FINDING, CHOSEN = "note-", "found-"


@require_POST
@signed_in
def change(request: PortalRequest, point_id: UUID) -> HttpResponse:
    """Confirm, review, stop, resume or close a point."""
    chosen = request.POST.get("do", "")
    if chosen not in DEEDS:
        messages.error(request, asking.unknown_change(chosen))
        return redirect("point", point_id)
    try:
        DEEDS[chosen](
            point_id=point_id,
            on=asking.day(request.POST.get("on", "")),
            note=asking.note_of(request),
            expected_version=asking.version(request),
            actor=request.actor,
            at=request.at,
        )
        messages.success(request, _("It was written down."))
    except (Conflict, Incorrect, Forbidden) as error:
        messages.error(request, words_of(error))
    return redirect("point", point_id)


@require_POST
@signed_in
def finding(request: PortalRequest, point_id: UUID, finding_id: UUID) -> HttpResponse:
    """Say how a finding was mended; settle it or send it back."""
    said: dict[str, Any] = {
        "finding_id": finding_id,
        "note": asking.note_of(request),
        "actor": request.actor,
        "at": request.at,
    }
    try:
        match request.POST.get("do", ""):
            case "mend":
                actions.mend(**said)
            case "settle":
                actions.settle(is_mended=True, **said)
            case "return":
                actions.settle(is_mended=False, **said)
            case other:
                messages.error(request, asking.unknown_change(other))
                return redirect("point", point_id)
        messages.success(request, _("It was written down."))
    except (Conflict, Incorrect, Forbidden) as error:
        messages.error(request, words_of(error))
    return redirect("point", point_id)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def inspection(request: PortalRequest, point_id: UUID) -> HttpResponse:
    """Write down an inspection: what was not in order, in a sentence each."""
    require(request.actor, INSPECT)
    found = queries.get_point(point_id, actor=request.actor)
    known = queries.kind(found.kind, on=legal_day(request.at))
    fault = ""
    if request.method == "POST":
        try:
            done = actions.inspect(
                point_id=point_id,
                on=asking.day(request.POST.get("on", "")),
                inspectors=request.POST.get("inspectors", ""),
                findings=_findings(request, known),
                note=asking.note_of(request),
                key=asking.key(request),
                expected_version=asking.version(request),
                actor=request.actor,
                at=request.at,
            )
        except (Conflict, Incorrect) as error:
            fault = words_of(error)
        else:
            messages.success(request, _("The inspection is written down.") if not done.findings else _("The inspection is written down; each finding has its last day."))  # fmt: skip
            return redirect("point", point_id)
    post = request.POST
    context = {
        "crumbs": crumbs(known, found),
        "of": found,
        "kind_title": known.title.in_language(language()),
        "place": area.path(found.place_code),
        "items": [_item(each.id, known, post) for each in known.items.values()],
        "given": {"on": post.get("on", legal_day(request.at).isoformat()), "inspectors": post.get("inspectors", request.actor.name), "note": post.get("note", "")},
        "today": legal_day(request.at).isoformat(),
        "key": asking.key(request) if post else uuid4(),
        "version": post.get("version", found.version),
        "is_verified": known.is_verified,
        "fault": fault,
    }  # fmt: skip
    return render(request, "points/inspection.html", context, status=400 if fault else 200)


def _findings(request: PortalRequest, known: Kind) -> list[Found]:
    return [
        Found(id, request.POST.get(f"{FINDING}{id}", ""))
        for id in known.items
        if request.POST.get(f"{CHOSEN}{id}") or request.POST.get(f"{FINDING}{id}", "").strip()
    ]


def _item(id: str, known: Kind, post: Any) -> dict[str, Any]:
    item = known.items[id]
    return {
        "id": id,
        "title": item.title.in_language(language()),
        "is_serious": item.is_serious,
        "is_found": bool(post.get(f"{CHOSEN}{id}")),
        "note": post.get(f"{FINDING}{id}", ""),
    }
