"""Corrections: a resident asks, and reads the answer; a desk that serves him decides."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.identity import actions, queries
from kangmai.identity.types import CorrectionField
from kangmai.kernel.errors import Conflict, Incorrect, NotFound
from kangmai.portal.access.own import own_resident_id
from kangmai.portal.identity import corrections as presenters
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in

PAGE = 50


@require_safe
@signed_in
def mine(request: PortalRequest) -> HttpResponse:
    """Show what was asked and answered, and the form for more."""
    own = own_resident_id(request.actor)
    found = queries.own_corrections(own, actor=request.actor)
    context = {
        "crumbs": trail(Crumb(_("My corrections"))),
        "rows": [presenters.row(each) for each in found],
        "fields": choices(presenters.field_choices(), current=request.GET.get("field", "")),
    }
    return render(request, "identity/my_corrections.html", context)


@require_POST
@signed_in
def ask(request: PortalRequest) -> HttpResponse:
    """Take down what a resident wants corrected."""
    try:
        actions.ask_correction(
            own_resident_id(request.actor),
            field=_field(request.POST.get("field", "")),
            value=request.POST.get("value", ""),
            reason=request.POST.get("reason", ""),
            actor=request.actor,
            at=request.at,
        )
    except (Incorrect, Conflict) as error:
        messages.error(request, words_of(error))
    else:
        messages.success(request, _("Your institution will look at it; the answer stands here."))
    return redirect("my-corrections")


def _field(text: str) -> CorrectionField:
    return CorrectionField(text) if text in set(CorrectionField) else CorrectionField.OTHER


@require_POST
@signed_in
def withdraw(request: PortalRequest, correction_id: UUID) -> HttpResponse:
    """Take a request back."""
    try:
        actions.withdraw_correction(
            correction_id,
            expected_version=_version(request),
            actor=request.actor,
            at=request.at,
        )
    except Conflict as error:
        messages.error(request, words_of(error))
    else:
        messages.success(request, _("It is taken back."))
    return redirect("my-corrections")


@require_safe
@signed_in
def queue(request: PortalRequest) -> HttpResponse:
    """Show one page of what waits for a decision."""
    text = request.GET.get("after", "")
    after = int(text) if text.isdigit() and len(text) < 8 else 0
    found = queries.open_corrections(
        after=after, limit=PAGE + 1, actor=request.actor, at=request.at
    )
    context = {
        "crumbs": trail(Crumb(_("Corrections asked"))),
        "rows": [presenters.row(each) for each in found[:PAGE]],
        "pager": pager(request.GET, cursor=str(after + PAGE) if len(found) > PAGE else None),
    }
    return render(request, "identity/corrections.html", context)


@require_safe
@signed_in
def correction(request: PortalRequest, correction_id: UUID) -> HttpResponse:
    """Show what the record says beside what the resident says."""
    found = queries.get_correction(correction_id, actor=request.actor, at=request.at)
    context = {
        "crumbs": trail(
            Crumb(_("Corrections asked"), "/corrections/"), Crumb(found.resident.demographics.name)
        ),
        "row": presenters.row(found),
        "is_other": found.field is CorrectionField.OTHER,
    }
    return render(request, "identity/correction.html", context)


@require_POST
@signed_in
def decide(request: PortalRequest, correction_id: UUID) -> HttpResponse:
    """Apply or decline."""
    try:
        done = actions.decide_correction(
            correction_id,
            is_applied=request.POST.get("do") == "apply",
            answer=request.POST.get("answer", ""),
            expected_version=_version(request),
            actor=request.actor,
            at=request.at,
        )
    except Incorrect as error:
        messages.error(request, words_of(error))
        return redirect("correction", correction_id)
    except (Conflict, NotFound) as error:
        messages.error(request, words_of(error))
    else:
        messages.success(request, presenters.outcome(done))
    return redirect("corrections")


def _version(request: PortalRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() and len(text) < 8 else 0
