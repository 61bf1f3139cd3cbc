"""Correct a visit: the earlier answers stay readable, the decision is made anew."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kangmai.forms import queries as forms
from kangmai.forms.errors import AnswersChanged, AnswersRefused
from kangmai.forms.rules import given_of
from kangmai.forms.types import Answered, Fault, Given
from kangmai.kernel.actor import require
from kangmai.kernel.errors import Conflict, Incorrect, KangmaiError
from kangmai.portal.forms.posted import Posted, read_posted
from kangmai.portal.forms.presenters import form_context
from kangmai.portal.programmes import answers, catalogue, people, trials
from kangmai.portal.programmes.answers import Difference
from kangmai.portal.programmes.decisions import Verdict
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.programmes.engine import actions, queries
from kangmai.programmes.engine.errors import VisitChanged, VisitCorrected
from kangmai.programmes.engine.types import Standing, Visit
from kangmai.standards.calendars import legal_day

VISIT = "programmes.visit"


@dataclass(frozen=True, slots=True)
class Correcting:
    """What the page shows besides the form."""

    given: Given
    reason: str = ""
    key: str = ""
    faults: tuple[Fault, ...] = ()
    problem: str = ""
    changed: tuple[Difference, ...] = ()
    changed_by: str = ""
    newer: str = ""
    verdict: Verdict | None = None
    status: int = 200


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def correct(request: PortalRequest, visit_id: UUID) -> HttpResponse:
    """Show the answers as they are, and replace them."""
    require(request.actor, VISIT)
    found = queries.get_visit(visit_id, actor=request.actor, at=request.at)
    answered = forms.get_answers(found.response_id, actor=request.actor, at=request.at)
    if request.method != "POST":
        given = given_of(answered.form, answered.answers)
        reason = _("completed after the alarm") if found.is_open else ""
        return _page(request, found, answered, Correcting(given, reason))
    posted = read_posted(request.POST)
    reason = posted.reason
    if request.POST.get("do") == "check":
        tried = _try(request, found, answered, posted)
        shown = Correcting(
            posted.given, reason, posted.key, tried.faults, tried.problem, verdict=tried.verdict
        )
        return _page(request, found, answered, shown)
    try:
        recorded = actions.correct_visit(
            visit_id=found.id,
            given=posted.given,
            reason=reason,
            expected_version=posted.expected_version or 0,
            key=posted.key,
            actor=request.actor,
            at=request.at,
        )
    except (Incorrect, Conflict) as error:
        shown = _refusal(
            request, found, error, Correcting(posted.given, reason, posted.key, status=422)
        )
        return _page(request, found, answered, shown)
    if recorded.is_repeated:
        messages.info(request, _("Nothing differs from what was saved before."))
    else:
        messages.success(request, _("Corrected; the earlier answers stay readable."))
    return redirect("visit", recorded.visit.id)


def _refusal(
    request: PortalRequest, found: Visit, error: KangmaiError, shown: Correcting
) -> Correcting:
    """What to show of an expected failure; what was entered stays on the page."""
    if isinstance(error, AnswersRefused):
        return replace(shown, faults=error.faults)
    shown = replace(shown, problem=words_of(error))
    if isinstance(error, AnswersChanged | VisitChanged | VisitCorrected):
        return _overtaken(request, found, replace(shown, status=409))
    return replace(shown, status=409 if isinstance(error, Conflict) else 422)


def _overtaken(request: PortalRequest, found: Visit, shown: Correcting) -> Correcting:
    """What somebody else changed meanwhile, and where it stands now."""
    actor, at = request.actor, request.at
    since = forms.changes(found.response_id, since=found.response_version, actor=actor, at=at)
    newest = forms.versions(found.response_id, actor=actor, at=at)[0]
    standing = (
        each
        for each in queries.visits_of(found.enrolment_id, limit=100, actor=actor, at=at)
        if each.response_id == found.response_id and each.standing is Standing.CURRENT
    )
    current = next(standing, None)
    return replace(
        shown,
        changed=answers.differences(since),
        changed_by=newest.account_name,
        newer=reverse("visit-correct", args=[current.id]) if current else "",
    )


def _page(
    request: PortalRequest, found: Visit, answered: Answered, shown: Correcting
) -> HttpResponse:
    actor, at = request.actor, request.at
    resident = people.resident(found.resident_id, actor=actor, at=at)
    on = legal_day(at)
    title = catalogue.service_title(found.programme, found.service, on=on)
    form = form_context(
        answered.form,
        given=shown.given,
        faults=shown.faults,
        answers=answered.answers if request.method != "POST" else None,
        resident=resident,
        key=shown.key,
        expected_version=found.version,
        actor=actor,
    )
    context: dict[str, Any] = {
        "crumbs": trail(
            Crumb(_("Follow-ups"), reverse("worklist")),
            Crumb(resident.demographics.name, reverse("enrolment", args=[found.enrolment_id])),
            Crumb(f"{title} {found.visited_on}", reverse("visit", args=[found.id])),
            Crumb(_("Correct")),
        ),
        "form": form,
        "person": people.head(resident, at=at),
        "number": resident.index_number,
        "visit_id": found.id,
        "service_title": title,
        "day": found.visited_on.isoformat(),
        "shown": shown,
        "problem": shown.problem,
        "verdict": shown.verdict,
    }
    return render(request, "programmes/correct.html", context, status=shown.status)


def _try(request: PortalRequest, found: Visit, answered: Answered, posted: Posted) -> trials.Tried:
    return trials.attempt_correction(
        found, form=answered.form, given=posted.given, actor=request.actor, at=request.at
    )


@require_POST
@signed_in
def try_correction(request: PortalRequest, visit_id: UUID) -> HttpResponse:
    """The decision that the corrected answers would be given; nothing is saved."""
    require(request.actor, VISIT)
    found = queries.get_visit(visit_id, actor=request.actor, at=request.at)
    answered = forms.get_answers(found.response_id, actor=request.actor, at=request.at)
    posted = read_posted(request.POST)
    tried = _try(request, found, answered, posted)
    return render(request, "programmes/decision.html", trials.context(tried, posted.given))
