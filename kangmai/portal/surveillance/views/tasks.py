"""What must be done and what is needed in an event: measures and resources."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from kangmai.epidemic.surveillance import actions, queries
from kangmai.epidemic.surveillance.errors import ValueMissing
from kangmai.epidemic.surveillance.types import MeasureLimit, ResourceKind, ResourceState
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.surveillance import posted
from kangmai.standards.calendars import legal_day


@require_safe
@signed_in
def measure_page(request: PortalRequest, measure_id: UUID) -> HttpResponse:
    """Lead from a late measure to its event; the deadline of it knows only the measure."""
    found = queries.outbreak_of_measure(measure_id, actor=request.actor)
    return redirect(f"/events/{found.id}/#measures")


@require_POST
@signed_in
def measure(request: PortalRequest, outbreak_id: UUID) -> HttpResponse:
    """Ask for a control measure, or say that one was taken."""
    posted.done(request, lambda: _measure(request, outbreak_id))
    return redirect(f"/events/{outbreak_id}/#measures")


@require_POST
@signed_in
def resource(request: PortalRequest, outbreak_id: UUID) -> HttpResponse:
    """Ask for a resource, grant or refuse one, or say that it arrived or is not needed."""
    posted.done(request, lambda: _resource(request, outbreak_id))
    return redirect(f"/events/{outbreak_id}/#resources")


def _measure(request: PortalRequest, outbreak_id: UUID) -> None:
    post = request.POST
    usual: dict[str, Any] = {"outbreak_id": outbreak_id, "actor": request.actor, "at": request.at}
    if post.get("measure"):
        actions.finish_measure(
            measure_id=posted.id(post, "measure"),
            done_on=legal_day(request.at),
            note=post.get("note", ""),
            expected_version=posted.version(post),
            **usual,
        )
        return
    limit = next(
        (each for each in MeasureLimit if each.value == post.get("limit")), MeasureLimit.BY_DAY
    )
    actions.add_measure(
        what=post.get("what", ""),
        who=post.get("who", ""),
        limit=limit,
        due_on=posted.day_or_none(post, "due"),
        **usual,
    )


def _resource(request: PortalRequest, outbreak_id: UUID) -> None:
    post = request.POST
    usual: dict[str, Any] = {"outbreak_id": outbreak_id, "actor": request.actor, "at": request.at}
    if not post.get("resource"):
        actions.ask_resource(
            kind=next(
                (each for each in ResourceKind if each.value == post.get("kind")),
                ResourceKind.OTHER,
            ),
            what=post.get("what", ""),
            amount=posted.number(post, "amount") or 0,
            unit=post.get("unit", ""),
            asked_of=post.get("asked_of", ""),
            needed_by=posted.day(post, "needed_by"),
            purpose=post.get("purpose", ""),
            **usual,
        )
        return
    usual |= {
        "resource_id": posted.id(post, "resource"),
        "expected_version": posted.version(post),
    }
    do = post.get("do", "")
    if do in ("grant", "refuse"):
        granted = posted.number(post, "granted") if do == "grant" else 0
        if granted is None:
            raise ValueMissing(what="amount granted / 批准数量")
        actions.answer_resource(granted=granted, answer=post.get("answer", ""), **usual)
        return
    ends = {"arrived": ResourceState.ARRIVED, "withdraw": ResourceState.WITHDRAWN}
    if do not in ends:
        raise ValueMissing(what="what to do / 操作")
    actions.end_resource(state=ends[do], **usual)
