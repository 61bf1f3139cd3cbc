"""Record a visit: the form, the decision before it is saved, and saving it once."""

import datetime
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from kangmai.forms import queries as forms
from kangmai.forms.errors import AnswersRefused
from kangmai.forms.rules import initial_given, take
from kangmai.forms.types import Fault, Given
from kangmai.identity.types import Resident
from kangmai.kernel.actor import require
from kangmai.kernel.errors import Conflict, Incorrect, KangmaiError
from kangmai.portal.forms.posted import Posted, read_posted
from kangmai.portal.forms.presenters import form_context
from kangmai.portal.programmes import (
    anchors,
    catalogue,
    clocks,
    people,
    trials,
    visits,
    wording,
)
from kangmai.portal.programmes.trials import Tried
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.programmes.engine import actions, queries
from kangmai.programmes.engine.errors import EnrolmentChanged
from kangmai.programmes.engine.types import Recorded, State, VisitForm
from kangmai.standards.calendars import legal_day

VISIT = "programmes.visit"


@dataclass(frozen=True, slots=True)
class Asking:
    """What the page of a visit shows besides the form: what went wrong, and what was decided."""

    faults: tuple[Fault, ...] = ()
    problem: str = ""
    conflict: visits.Conflicting | None = None
    tried: Tried | None = None
    key: str = ""
    expected_version: int | None = None
    draft_saved_at: datetime.datetime | None = None
    status: int = 200


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def record(request: PortalRequest, enrolment_id: UUID, service: str) -> HttpResponse:
    """Show the form of a visit; save what was entered."""
    require(request.actor, VISIT)
    asked = queries.visit_form(enrolment_id, service=service, actor=request.actor, at=request.at)
    if request.method != "POST":
        if asked.enrolment.state is not State.MANAGED:
            messages.warning(
                request, _("Visits are recorded while an enrolment is managed; this one is not.")
            )
            return redirect("enrolment", enrolment_id)
        return _opened(request, asked, service)
    posted = read_posted(request.POST)
    if posted.take:
        link_id = "" if posted.take == "all" else posted.take
        given = take(posted.given, asked.proposals, link_id=link_id)
        return _page(request, asked, service, given, _kept(posted))
    if request.POST.get("do") == "check":
        return _check(request, asked, service, posted)
    return _save(request, asked, service, posted)


def _opened(request: PortalRequest, asked: VisitForm, service: str) -> HttpResponse:
    """The form with what was typed before it was left; else the day and the filler."""
    draft = forms.find_draft(
        asked.form,
        resident_id=asked.enrolment.resident_id,
        occasion=asked.occasion,
        actor=request.actor,
    )
    if draft is not None:
        asking = Asking(draft_saved_at=draft.saved_at)
        return _page(request, asked, service, draft.given, asking)
    given = initial_given(asked.form, on=legal_day(request.at), filler=request.actor.name)
    return _page(request, asked, service, given, Asking())


def _kept(posted: Posted, **more: Any) -> Asking:
    """The page again, with the key and the version it has had so far."""
    return Asking(key=posted.key, expected_version=posted.expected_version, **more)


def _check(request: PortalRequest, asked: VisitForm, service: str, posted: Posted) -> HttpResponse:
    """For browsers without scripts: the page again, with the decision."""
    tried = trials.attempt(
        asked.enrolment, service=service, given=posted.given, actor=request.actor, at=request.at
    )
    asking = _kept(posted, faults=tried.faults, problem=tried.problem, tried=tried)
    return _page(request, asked, service, posted.given, asking)


def _save(request: PortalRequest, asked: VisitForm, service: str, posted: Posted) -> HttpResponse:
    try:
        recorded = actions.record_visit(
            enrolment_id=asked.enrolment.id,
            service=service,
            given=posted.given,
            key=posted.key,
            expected_version=posted.expected_version or 0,
            actor=request.actor,
            at=request.at,
        )
    except (Incorrect, Conflict) as error:
        asking = _refusal(request, asked, error, posted)
        return _page(request, asked, service, posted.given, asking)
    if recorded.is_repeated:
        messages.info(request, _("This was saved before; nothing was saved twice."))
    else:
        messages.success(request, saved_words(recorded))
    return redirect("visit", recorded.visit.id)


def saved_words(recorded: Recorded) -> str:
    """What saving did, the visits behind it included that are judged otherwise now."""
    if not recorded.rejudged:
        return _("The visit is saved.")
    return ngettext(
        "The visit is saved; %(count)s later visit was judged anew.",
        "The visit is saved; %(count)s later visits were judged anew.",
        recorded.rejudged,
    ) % {"count": recorded.rejudged}


def _refusal(
    request: PortalRequest, asked: VisitForm, error: KangmaiError, posted: Posted
) -> Asking:
    """What to show of an expected failure; what was entered stays on the page."""
    asking = _kept(posted, status=422)
    if isinstance(error, AnswersRefused):
        return replace(asking, faults=error.faults)
    if isinstance(error, EnrolmentChanged):
        saved = visits.conflicting(asked.enrolment, actor=request.actor, at=request.at)
        told = {"conflict": saved} if saved and saved.is_latest else {"problem": words_of(error)}
        return replace(asking, **told, expected_version=asked.enrolment.version, status=409)
    status = 409 if isinstance(error, Conflict) else 422
    return replace(asking, problem=words_of(error), status=status)


def _page(
    request: PortalRequest, asked: VisitForm, service: str, given: Given, asking: Asking
) -> HttpResponse:
    actor, at = request.actor, request.at
    found = asked.enrolment
    resident = people.resident(found.resident_id, actor=actor, at=at)
    form = form_context(
        asked.form,
        given=given,
        faults=asking.faults,
        proposals=asked.proposals,
        resident=resident,
        occasion=asked.occasion,
        key=asking.key,
        draft_saved_at=asking.draft_saved_at,
        back=request.path,
        actor=actor,
    )
    # the decision comes with the page: were it fetched afterwards, it would push up what a thumb is about to touch
    tried = asking.tried or trials.attempt(found, service=service, given=given, actor=actor, at=at)
    version = found.version if asking.expected_version is None else asking.expected_version
    context = {
        **frame(request, asked, service, resident),
        "form": form,
        "problem": asking.problem,
        "conflict": asking.conflict,
        "trial": trials.context(tried, given),
        "expected_version": version,
        "previous": visits.line(asked.previous, on=legal_day(at)) if asked.previous else None,
        "since": anchors.lines(found, on=legal_day(at)),
        "clocks": [
            each for each in clocks.of_enrolment(found.id, actor=actor, at=at) if each.waits_for_us
        ],
    }
    return render(request, "programmes/record.html", context, status=asking.status)


def frame(
    request: PortalRequest, asked: VisitForm, service: str, resident: Resident
) -> dict[str, Any]:
    """Who it is about, and the way here."""
    on = legal_day(request.at)
    found = asked.enrolment
    title = catalogue.service_title(found.programme, service, on=on)
    return {
        "crumbs": trail(
            Crumb(_("Follow-ups"), reverse("worklist")),
            Crumb(resident.demographics.name, reverse("enrolment", args=[found.id])),
            Crumb(title),
        ),
        "person": people.head(resident, at=request.at),
        "number": resident.index_number,
        "phones": visits.phones(resident),
        "enrolment_id": found.id,
        "service": service,
        "service_title": asked.form.title[wording.language()],
        "programme_title": catalogue.programme_title(found.programme, on=on),
        "reached": visits.reached_choices(),
        "methods": visits.attempt_methods(),
        "attempt_key": visits.new_key(),
        "today": on.isoformat(),
    }


@require_POST
@signed_in
def try_out(request: PortalRequest, enrolment_id: UUID, service: str) -> HttpResponse:
    """The decision that would be made now, to stand beside the form; nothing is saved."""
    require(request.actor, VISIT)
    found = queries.get_enrolment(enrolment_id, actor=request.actor, at=request.at)
    posted = read_posted(request.POST)
    tried = trials.attempt(
        found, service=service, given=posted.given, actor=request.actor, at=request.at
    )
    return render(request, "programmes/decision.html", trials.context(tried, posted.given))
