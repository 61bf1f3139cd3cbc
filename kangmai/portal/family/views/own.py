"""A resident's family: for whom he acts, who acts for him, and changing into somebody's place."""

import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.access.actors import actor_for_account
from kangmai.identity.family import actions, queries
from kangmai.kernel.actor import require
from kangmai.kernel.errors import Conflict, Forbidden, Incorrect, NotFound
from kangmai.portal.access.own import own_resident_id
from kangmai.portal.family import presenters
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.shell.session import ACTING_FOR
from kangmai.standards.calendars import legal_day

USUAL_DAYS = 365


@require_safe
@signed_in
def family(request: PortalRequest) -> HttpResponse:
    """Show both sides, and the form that authorises somebody."""
    require(request.actor, "own.family")
    own, today = own_resident_id(request.actor), legal_day(request.at)
    context = {
        "crumbs": trail(Crumb(_("My family"))),
        "wards": presenters.rows(
            queries.acts_for(own, actor=request.actor, at=request.at), on=today
        ),
        "holders": presenters.rows(queries.act_for(own, actor=request.actor), on=today),
        "powers": presenters.power_choices(),
        "until": (today + datetime.timedelta(days=USUAL_DAYS)).isoformat(),
    }
    return render(request, "family/own.html", context)


@require_POST
@signed_in
def authorise(request: PortalRequest) -> HttpResponse:
    """Let somebody act for oneself."""
    try:
        actions.authorise(
            subject=own_resident_id(request.actor),
            index_number=request.POST.get("number", "").replace(" ", ""),
            name=request.POST.get("name", ""),
            powers=request.POST.getlist("power"),
            until=_day(request.POST.get("until", ""), legal_day(request.at)),
            actor=request.actor,
            at=request.at,
        )
    except (Incorrect, Conflict) as error:
        messages.error(request, words_of(error))
    else:
        messages.success(request, _("The person may act for you from now on."))
    return redirect("family")


@require_POST
@signed_in
def end(request: PortalRequest, authority_id: int) -> HttpResponse:
    """End an authority, from either side."""
    version = request.POST.get("version", "")
    try:
        actions.end_authority(
            authority_id,
            expected_version=int(version) if version.isdigit() else 0,
            actor=request.actor,
            at=request.at,
        )
    except (Incorrect, Conflict, Forbidden, NotFound) as error:
        messages.error(request, words_of(error))
    else:
        messages.success(request, _("It has ended."))
    return redirect("family")


@require_POST
@signed_in
def act(request: PortalRequest) -> HttpResponse:
    """Act for somebody from now on. Raises ActsForNobody."""
    text = request.POST.get("resident", "")
    subject = int(text) if text.isdigit() else 0
    actor_for_account(int(request.user.pk), at=request.at, acting_for=subject)
    request.session[ACTING_FOR] = subject
    return redirect("home")


@require_POST
@signed_in
def stop(request: PortalRequest) -> HttpResponse:
    """Be oneself again."""
    request.session.pop(ACTING_FOR, None)
    return redirect("home")


def _day(text: str, otherwise: datetime.date) -> datetime.date:
    """The day of a form; today, which no term ends on, where it is none."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return otherwise
