"""The review queue: what waits, a case side by side, and the decision."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.identity import actions, queries
from kangmai.identity.types import Case, ReviewKind, Verdict
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.kernel.errors import Conflict, Incorrect, NotFound
from kangmai.kernel.ids import PatientId, ResidentId
from kangmai.portal.identity import presenters
from kangmai.portal.identity.words import KINDS
from kangmai.portal.institutions.presenters import name_of
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.registry import queries as registry

PAGE = 50


@require_safe
@signed_in
def reviews(request: PortalRequest) -> HttpResponse:
    """Show one page of the queue."""
    kind = _kind(request.GET.get("kind", ""))
    text = request.GET.get("after", "")
    after = int(text) if text.isdigit() else 0
    found = queries.search_reviews(
        kind=kind, after=after, limit=PAGE + 1, actor=request.actor, at=request.at
    )
    context = {
        "crumbs": trail(Crumb(_("Matching"))),
        "rows": [presenters.row(each) for each in found[:PAGE]],
        "kinds": choices(
            ((each.value, str(label)) for each, label in KINDS.items()),
            current=kind.value if kind else "",
        ),
        "pager": pager(request.GET, cursor=str(after + PAGE) if len(found) > PAGE else None),
    }
    return render(request, "identity/reviews.html", context)


def _kind(text: str) -> ReviewKind | None:
    return ReviewKind(text) if text in set(ReviewKind) else None


@require_safe
@signed_in
def review(request: PortalRequest, review_id: int) -> HttpResponse:
    """Show a case side by side."""
    case = queries.get_case(review_id, actor=request.actor, at=request.at)
    names = _organizations(case, request.actor)
    context = {
        "crumbs": trail(Crumb(_("Matching"), "/matching/"), Crumb(presenters.title(case))),
        "title": presenters.title(case),
        "case": case,
        "asked": presenters.values(case.asked) if case.asked else {},
        "asked_lines": presenters.lines(None, case.asked, None) if case.asked else (),
        "asked_number": presenters.spaced(case.resident.index_number) if case.resident else "",
        "source": names.get(case.author_org or 0, ""),
        "sides": [presenters.side(case.asked, each) for each in case.candidates],
        "linked": [presenters.linked(each, names) for each in case.linked],
        "is_pair": case.kind in (ReviewKind.PATIENT, ReviewKind.DUPLICATE),
    }
    return render(request, "identity/review.html", context)


def _organizations(case: Case, actor: Actor) -> dict[int, str]:
    """The names of the institutions that sent what the case is about."""
    if not is_permitted(actor, "registry.read"):
        return {}
    ids = {each.author_org for each in case.linked if each.author_org}
    ids |= {case.author_org} if case.author_org else set()
    found = registry.organizations_by_id(ids=ids, actor=actor)
    return {int(id): name_of(each) for id, each in found.items()}


@require_POST
@signed_in
def decide(request: PortalRequest, review_id: int) -> HttpResponse:
    """Write down what was found, and go on to the next case."""
    sent = request.POST
    try:
        if sent.get("do") == "separate":
            _separate(request, review_id)
        else:
            actions.decide(
                review_id,
                _verdict(sent.get("do", "")),
                resident_id=ResidentId(_number(sent.get("resident", ""))),
                reason=sent.get("reason", ""),
                expected_version=_number(sent.get("version", "")),
                actor=request.actor,
                at=request.at,
            )
    except (Incorrect, Conflict) as error:
        messages.error(request, words_of(error))
        return redirect("identity-review", review_id)
    except NotFound as error:
        messages.error(request, words_of(error))
        return redirect("identity-reviews")
    messages.success(request, _("Your decision was written down."))
    return _next(request)


def _verdict(text: str) -> Verdict:
    return Verdict(text) if text in set(Verdict) else Verdict.LATER


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _separate(request: PortalRequest, review_id: int) -> None:
    case = queries.get_case(review_id, actor=request.actor, at=request.at)
    if case.resident is not None:
        actions.separate_patients(
            case.resident.id,
            [PatientId(each) for each in request.POST.getlist("patient")],
            reason=request.POST.get("reason", ""),
            actor=request.actor,
            at=request.at,
        )


def _next(request: PortalRequest) -> HttpResponse:
    """The oldest case that nobody has put off; the queue where there is none."""
    for each in queries.search_reviews(limit=1, actor=request.actor, at=request.at):
        if each.postponed_at is None:
            return redirect("identity-review", each.id)
    return redirect("identity-reviews")
