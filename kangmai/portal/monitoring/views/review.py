"""Call and conclude a review; an expert's page of a death without its name."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kangmai.kernel.actor import require
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.institutions.presenters import standard
from kangmai.portal.messages.presenters import language
from kangmai.portal.monitoring import wording
from kangmai.portal.monitoring.views import reviews
from kangmai.portal.programmes import answers
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking
from kangmai.programmes.monitoring import actions, rules
from kangmai.programmes.monitoring.types import Level, ReviewState
from kangmai.standards.calendars import legal_day

CHECK, ASSESS = "monitoring.check", "monitoring.assess"


@require_POST
@signed_in
def review(request: PortalRequest, card_id: UUID) -> HttpResponse:
    """Call the review of a level, or write down what it concluded."""
    require(request.actor, CHECK)
    try:
        if request.POST.get("do") == "conclude":
            _conclude(request)
        else:
            _call(request, card_id)
        asking.written(request)
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("monitoring-card", card_id)


def _call(request: PortalRequest, card_id: UUID) -> None:
    said = asking.text(request, "level")
    if said not in [each.value for each in Level]:
        raise asking.FieldUnreadable(field=_("Review"), value=said[:12])
    meets_on = asking.day(request, "meets_on", _("Day of the meeting"))
    actions.call_review(card_id=card_id, level=Level(said), meets_on=meets_on, actor=request.actor, at=request.at)  # fmt: skip


def _conclude(request: PortalRequest) -> None:
    id = asking.uuid_of(asking.text(request, "review"))
    if id is None:
        raise asking.FieldUnreadable(field=_("Review"), value="")
    actions.conclude(
        review_id=id,
        told=reviews.told(request),
        held_on=asking.day(request, "held_on", _("Day of the meeting")),
        expected_version=asking.version(request),
        actor=request.actor,
        at=request.at,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def case(request: PortalRequest, review_id: UUID) -> HttpResponse:
    """Show an expert a death without its name, and take his opinion."""
    require(request.actor, ASSESS)
    fault = ""
    if request.method == "POST":
        try:
            actions.assess(review_id=review_id, told=reviews.told(request), actor=request.actor, at=request.at)  # fmt: skip
            asking.written(request)
            return redirect("monitoring-case", review_id)
        except KangmaiError as error:
            fault = words_of(error)
    context = _case(request, review_id) | {"fault": fault}
    return render(request, "monitoring/case.html", context, status=422 if fault else 200)


def _case(request: PortalRequest, review_id: UUID) -> dict[str, Any]:
    found = actions.open_case(review_id, actor=request.actor, at=request.at)
    kind = rules.rule(found.review.kind, on=legal_day(request.at))
    rule = kind.review
    assert rule is not None
    now = reviews.told(request) if request.method == "POST" else found.mine
    return {
        "crumbs": trail(Crumb(_("Maternal and child monitoring"), reverse("monitoring")), Crumb(found.case)),
        "of": found,
        "title": kind.title.in_language(language()),
        "level": wording.level(found.review.level),
        "meets": words.day(found.review.meets_on),
        "sex": standard("sex", found.sex_code),
        "age": wording.age(found.age_days),
        "parts": answers.parts(found.form, found.answers),
        "elapsed": [(label.in_language(language()), days) for label, days in found.elapsed],
        "fields": reviews.fields(rule, now),
        "is_over": found.review.state is ReviewState.CONCLUDED,
        "mine": reviews.said(found.mine, rule) if found.mine else None,
        "is_verified": kind.is_verified,
    }  # fmt: skip
