"""The contacts of an event: added, asked after day by day, put into the line list when they fall ill."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.epidemic.surveillance import actions, queries, rules
from kangmai.epidemic.surveillance.errors import PartUnknown
from kangmai.epidemic.surveillance.types import CaseClass, Exposure
from kangmai.kernel.actor import is_permitted
from kangmai.portal.shell.breadcrumbs import Crumb
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.surveillance import event_rows, posted, wording
from kangmai.portal.surveillance.views.line_list import trail_to
from kangmai.standards.calendars import legal_day


@require_safe
@signed_in
def contact_page(request: PortalRequest, outbreak_id: UUID, number: int) -> HttpResponse:
    """Show one contact with the days of his follow-up."""
    actor, at = request.actor, request.at
    today = legal_day(at)
    found = queries.get_outbreak(outbreak_id, actor=actor)
    each = next(
        (c for c in queries.contacts_of(outbreak_id, actor=actor, at=at) if c.number == number),
        None,
    )
    if each is None:
        raise PartUnknown(part=f"contact {number}")
    context = {
        "crumbs": trail_to(found, Crumb(_("Contact %(n)s") % {"n": number})),
        "event": found,
        "row": event_rows.contact(each, today),
        "contact": each,
        "days": event_rows.days_of(each, today),
        "today": today.isoformat(),
        "latest_day": min(today, each.until_on).isoformat(),
        "classes": [
            (one.value, wording.case_class(one))
            for one in CaseClass
            if one is not CaseClass.NOT_A_CASE
        ],
        "may_write": is_permitted(actor, "signals.work", found.area_code)
        and found.state in rules.EVENTS,
    }
    return render(request, "surveillance/contact.html", context)


@require_POST
@signed_in
def contact(request: PortalRequest, outbreak_id: UUID) -> HttpResponse:
    """Add a contact, write down how one is on a day, or put one into the line list."""
    posted.done(request, lambda: _contact(request, outbreak_id))
    if request.POST.get("back") == "contact" and request.POST.get("number", "").isdecimal():
        return redirect("event-contact-page", outbreak_id, int(request.POST["number"]))
    return redirect(f"/events/{outbreak_id}/#contacts")


def _contact(request: PortalRequest, outbreak_id: UUID) -> None:
    post = request.POST
    usual: dict[str, Any] = {"outbreak_id": outbreak_id, "actor": request.actor, "at": request.at}
    number = posted.number(post, "number")
    if number is None:
        _add(request, usual)
    elif post.get("do") == "case":
        actions.became_case(
            number=number,
            onset_on=posted.day_or_none(post, "onset"),
            case_class=next(
                (each for each in CaseClass if each.value == post.get("class")),
                CaseClass.SUSPECTED,
            ),
            **usual,
        )
    else:
        actions.follow_up(
            number=number,
            day=posted.day(post, "day"),
            is_ill=post.get("state") == "ill",
            note=post.get("note", ""),
            **usual,
        )


def _add(request: PortalRequest, usual: dict[str, Any]) -> None:
    post = request.POST
    protected = {"yes": True, "no": False}.get(post.get("protected", ""))
    actions.add_contact(
        name=post.get("name", ""),
        phone=post.get("phone", ""),
        line_number=posted.number(post, "line"),
        exposure=next(
            (each for each in Exposure if each.value == post.get("exposure")), Exposure.OTHER
        ),
        where=post.get("where", ""),
        is_protected=protected,
        exposed_on=posted.day(post, "exposed"),
        until_on=posted.day(post, "until"),
        **usual,
    )
