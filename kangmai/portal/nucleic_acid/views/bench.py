"""The bench: receive boxes, import runs, review and publish them."""

import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from kangmai.epidemic.nucleic_acid import actions, queries
from kangmai.epidemic.nucleic_acid.types import (
    BoxState,
    Judgement,
    Plate,
    PlateState,
    RunFacts,
    Well,
    WellKind,
)
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import is_permitted
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.messages.presenters import language
from kangmai.portal.nucleic_acid import asking
from kangmai.portal.nucleic_acid import words as named
from kangmai.portal.nucleic_acid.views.boxes import rows as box_rows
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.registry import queries as registry

MOST_BYTES = 6 * 2**20
UNDER_WAY = (BoxState.PACKED, BoxState.TRAVELLING, BoxState.DIFFERS)


@require_safe
@signed_in
@awake(Purpose.TESTING)
def bench(request: PortalRequest) -> HttpResponse:
    """Show boxes that come, and the newest runs."""
    actor, at = request.actor, request.at
    coming = queries.boxes(states=UNDER_WAY, limit=50, actor=actor, at=at)
    runs = queries.plates(after=request.GET.get("after", ""), actor=actor, at=at)
    laboratories = registry.names_by_id(ids=queries.laboratories(actor), language=language())
    context = {
        "crumbs": trail(Crumb(_("Testing"), reverse("nucleic-acid")), Crumb(_("Laboratory bench"))),
        "coming": box_rows(coming.rows),
        "plates": [_plate(each) for each in runs.rows],
        "laboratories": sorted(laboratories.items(), key=lambda pair: pair[1]),
        "may_bench": is_permitted(actor, "testing.bench"),
        "started": asking.local(at - datetime.timedelta(hours=2)),
        "ended": asking.local(at),
        "pager": pager(request.GET, cursor=runs.next or None),
    }
    return render(request, "nucleic_acid/bench.html", context)


def _plate(each: Plate) -> dict[str, object]:
    state, tone = named.plate_state(each.state)
    return {
        "plate": each,
        "state": state,
        "tone": tone,
        "ended": words.instant(each.ended_at),
        "counted": [
            (named.judgement(kind), each.counted[kind.value])
            for kind in (Judgement.POSITIVE, Judgement.GREY, Judgement.VOID, Judgement.NEGATIVE)
            if kind.value in each.counted
        ],
    }


@require_POST
@signed_in
@awake(Purpose.TESTING)
def receive(request: PortalRequest) -> HttpResponse:
    """Receive a box, with the tubes that were scanned or all of them counted."""
    tubes = asking.codes(request.POST.get("tubes", ""))
    try:
        row = actions.receive_box(
            code=request.POST.get("code", "").strip().upper(),
            laboratory=asking.number(request, "laboratory"),
            tubes=tubes or None,
            temperature_c=asking.decimal(request.POST.get("temperature", ""), "temperature"),
            actor=request.actor,
            at=request.at,
        )
    except KangmaiError as error:
        asking.complain(request, error)
        return redirect("nucleic-acid-bench")
    if row.state == BoxState.DIFFERS.value:
        messages.warning(
            request, _("The box differs from what was packed: two people sign for it.")
        )
        return redirect("nucleic-acid-box", row.id)
    asking.written(request)
    return redirect("nucleic-acid-bench")


@require_POST
@signed_in
@awake(Purpose.TESTING)
def void(request: PortalRequest) -> HttpResponse:
    """Declare that a tube can never have a result: its people are called back."""
    try:
        people = actions.void_tube(
            code=request.POST.get("code", "").strip().upper(), reason=request.POST.get("reason", ""),
            actor=request.actor, at=request.at,
        )  # fmt: skip
        text = ngettext("%(n)s person is called back.", "%(n)s people are called back.", people)
        messages.success(request, text % {"n": people})
    except KangmaiError as error:
        asking.complain(request, error)
    back = request.POST.get("site", "")
    if back.isdecimal():
        return redirect("nucleic-acid-boxes", int(back))
    return redirect("nucleic-acid-bench")


@require_POST
@signed_in
@awake(Purpose.TESTING)
def import_run(request: PortalRequest) -> HttpResponse:
    """Import the file of a run."""
    uploaded = request.FILES.get("file")
    if uploaded is None:
        messages.error(request, _("Choose a file."))
        return redirect("nucleic-acid-bench")
    try:
        facts = RunFacts(
            code=request.POST.get("code", "").strip(),
            laboratory=asking.number(request, "laboratory"),
            instrument=request.POST.get("instrument", "").strip(),
            kit=request.POST.get("kit", "").strip(),
            lot=request.POST.get("lot", "").strip(),
            started_at=asking.instant(request, "started"),
            ended_at=asking.instant(request, "ended"),
        )
        imported = actions.import_run(
            facts=facts, file=uploaded.read(MOST_BYTES), actor=request.actor, at=request.at
        )
    except KangmaiError as error:
        asking.complain(request, error)
        return redirect("nucleic-acid-bench")
    if imported.is_again:
        messages.info(request, _("This file was imported before: nothing was changed."))
    return redirect("nucleic-acid-plate", imported.plate_id)


@require_safe
@signed_in
@awake(Purpose.TESTING)
def plate(request: PortalRequest, plate_id: int) -> HttpResponse:
    """Show a run with its wells."""
    actor, at = request.actor, request.at
    found = queries.plate_of(plate_id, actor=actor, at=at)
    wells = queries.wells(plate_id, actor=actor, at=at)
    is_open = found.state is PlateState.IMPORTED and is_permitted(actor, "testing.review")
    rank = {Judgement.POSITIVE: 0, Judgement.GREY: 1, Judgement.VOID: 2, Judgement.NEGATIVE: 3}
    context = {
        "crumbs": trail(
            Crumb(_("Testing"), reverse("nucleic-acid")),
            Crumb(_("Laboratory bench"), reverse("nucleic-acid-bench")),
            Crumb(found.code),
        ),
        "row": _plate(found),
        "plate": found,
        "faults": [named.control_fault(each) for each in found.faults],
        "started": words.instant(found.started_at),
        "wells": [
            {
                "well": each,
                "kind": named.well_kind(each.kind),
                "judgement": _says(each, found),
                "cycles": [_cycles(ct) for ct in (each.ct_orf1ab, each.ct_n, each.ct_internal)],
            }
            for each in sorted(wells, key=lambda w: rank[w.judgement])
        ],
        "may_review": is_open and found.operator != actor.account,
        "is_own": is_open and found.operator == actor.account,
    }
    return render(request, "nucleic_acid/plate.html", context)


def _says(well: Well, plate: Plate) -> named.Words:
    """What a sample was judged; of a control, whether it holds: no signal at all is what a negative one is for."""
    if well.kind is WellKind.SAMPLE:
        return named.judgement(well.judgement)
    return named.control(f"{well.kind.value} {well.well}" not in plate.faults)


def _cycles(ct: float | None) -> str:
    return "—" if ct is None else f"{ct:.2f}"


@require_POST
@signed_in
@awake(Purpose.TESTING)
def review(request: PortalRequest, plate_id: int) -> HttpResponse:
    """Publish a run."""
    try:
        published = actions.review_plate(
            plate_id=plate_id, expected_version=asking.number(request, "version"), actor=request.actor,
            at=request.at,
        )  # fmt: skip
    except KangmaiError as error:
        asking.complain(request, error)
        return redirect("nucleic-acid-plate", plate_id)
    text = ngettext("%(n)s negative tube was published.", "%(n)s negative tubes were published.", published.negative)  # fmt: skip
    messages.success(request, text % {"n": published.negative})
    if published.pools:
        text = ngettext("%(n)s follow-up began.", "%(n)s follow-ups began.", len(published.pools))
        messages.warning(request, text % {"n": len(published.pools)})
    if published.held_back:
        text = ngettext("%(n)s tube waits for an incident to be settled.", "%(n)s tubes wait for incidents to be settled.", published.held_back)  # fmt: skip
        messages.warning(request, text % {"n": published.held_back})
    return redirect("nucleic-acid-plate", plate_id)
