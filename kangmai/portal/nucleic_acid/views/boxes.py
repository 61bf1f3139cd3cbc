"""Boxes: pack them, hand them to the courier, see them, sign for differences."""

from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.epidemic.nucleic_acid import actions, queries
from kangmai.epidemic.nucleic_acid.types import Box, BoxRecord, BoxState
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import is_permitted
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.messages.presenters import language
from kangmai.portal.nucleic_acid import asking
from kangmai.portal.nucleic_acid import words as named
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.registry import queries as registry


@require_safe
@signed_in
@awake(Purpose.TESTING)
def boxes(request: PortalRequest, site_id: int) -> HttpResponse:
    """Show what waits for a box, and the boxes of a site."""
    actor, at = request.actor, request.at
    site = queries.site_of(site_id, actor=actor, at=at)
    may_pack = is_permitted(actor, "testing.sample")
    found = queries.boxes(site_id=site_id, after=request.GET.get("after", ""), actor=actor, at=at)
    context = {
        "crumbs": trail(
            Crumb(_("Testing"), reverse("nucleic-acid")),
            Crumb(site.name, reverse("nucleic-acid-table", args=[site_id])),
            Crumb(_("Boxes")),
        ),
        "site": site,
        "waiting": queries.tubes_to_pack(site_id, actor=actor, at=at) if may_pack else (),
        "may_pack": may_pack,
        "rows": rows(found.rows),
        "pager": pager(request.GET, cursor=found.next or None),
        "key": uuid4(),
    }
    return render(request, "nucleic_acid/boxes.html", context)


def rows(found: tuple[Box, ...]) -> list[dict[str, object]]:
    """Boxes as lines of a list."""
    ids = {each.laboratory for each in found if each.laboratory is not None}
    laboratories = registry.names_by_id(ids=ids, language=language())
    return [
        {
            "box": each,
            "state": named.box_state(each.state)[0],
            "tone": named.box_state(each.state)[1],
            "packed": words.instant(each.packed_at),
            "left": words.instant(each.left_at),
            "received": words.instant(each.received_at),
            "laboratory": laboratories.get(each.laboratory, "—") if each.laboratory else "—",
            "may_go": each.state is BoxState.PACKED,
        }
        for each in found
    ]


@require_POST
@signed_in
@awake(Purpose.TESTING)
def pack(request: PortalRequest, site_id: int) -> HttpResponse:
    """Pack the scanned tubes into a box."""
    record = BoxRecord(
        asking.key(request),
        request.POST.get("code", "").strip().upper(),
        asking.codes(request.POST.get("tubes", "")),
        request.at,
        request.POST.get("seal", "").strip(),
    )
    try:
        (taken,) = actions.pack_boxes(site_id=site_id, records=[record], actor=request.actor, at=request.at)  # fmt: skip
        asking.written(request)
        if taken.reasons:
            return redirect("nucleic-acid-incidents")
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("nucleic-acid-boxes", site_id)


@require_POST
@signed_in
@awake(Purpose.TESTING)
def send(request: PortalRequest, site_id: int) -> HttpResponse:
    """Hand the ticked or scanned boxes to the courier."""
    codes = request.POST.getlist("box") + list(asking.codes(request.POST.get("codes", "")))
    try:
        if not codes:
            raise asking.FieldUnreadable(field=_("Box"), value="—")
        carrier = request.POST.get("carrier", "")
        actions.send_boxes(codes=codes, carrier=carrier, actor=request.actor, at=request.at)
        asking.written(request)
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("nucleic-acid-boxes", site_id)


@require_safe
@signed_in
@awake(Purpose.TESTING)
def box(request: PortalRequest, box_id: int) -> HttpResponse:
    """Show one box: its way, its difference, and who signed."""
    found = queries.box_of(box_id, actor=request.actor, at=request.at)
    (row,) = rows((found,))
    context = {
        "crumbs": trail(Crumb(_("Testing"), reverse("nucleic-acid")), Crumb(found.code)),
        "row": row,
        "box": found,
        "may_sign": found.state is BoxState.DIFFERS,
    }
    return render(request, "nucleic_acid/box.html", context)


@require_POST
@signed_in
@awake(Purpose.TESTING)
def sign(request: PortalRequest, box_id: int) -> HttpResponse:
    """Sign for a difference."""
    try:
        actions.sign_difference(
            box_id=box_id, note=request.POST.get("note", ""), expected_version=asking.number(request, "version"),
            actor=request.actor, at=request.at,
        )  # fmt: skip
        asking.written(request)
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("nucleic-acid-box", box_id)
