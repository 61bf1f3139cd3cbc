"""One activity: write it down with photos, read it, withdraw it, report and answer what was found."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kangmai.access import queries as access
from kangmai.kernel.actor import require
from kangmai.kernel.errors import Conflict, Forbidden, Incorrect
from kangmai.portal.activities import wording
from kangmai.portal.activities.lists import rule_choices, rule_of
from kangmai.portal.messages.presenters import language
from kangmai.portal.points import asking
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.programmes.activities import actions, queries
from kangmai.programmes.activities.errors import FactsRefused
from kangmai.programmes.activities.types import (
    ActivityFacts,
    ActivityKind,
    ActivityRule,
    Counts,
    Lead,
)
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

WRITE = "activities.write"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: PortalRequest) -> HttpResponse:
    """Write down an activity."""
    require(request.actor, WRITE)
    rule = rule_of(request, legal_day(request.at))
    kind = rule.kinds.get(request.GET.get("kind", "")) or next(iter(rule.kinds.values()))
    if request.method != "POST":
        return _page(request, rule, kind, ())
    post = request.POST
    try:
        found = actions.write_activity(
            rule_id=rule.id,
            organization=asking.number(post.get("organization", "")) or 0,
            facts=ActivityFacts(
                kind=kind.id,
                on=asking.day(post.get("on", "")),
                title=post.get("title", ""),
                venue=post.get("venue", ""),
                people=asking.number(post.get("people", "").strip()),
                pieces=asking.number(post.get("pieces", "").strip()),
                note=post.get("note", ""),
                problem=post.get("problem", ""),
            ),
            given=asking.given_fields(post, kind.fields),
            photos=[each.read() for each in request.FILES.getlist("photo") if each.size],
            key=asking.key(request),
            actor=request.actor,
            at=request.at,
        )
    except FactsRefused as error:
        return _page(request, rule, kind, error.faults, status=400)
    except (Incorrect, Conflict) as error:
        told = words_of(error)
        return _page(request, rule, kind, (), told=told, status=400)
    messages.success(request, _("Written down."))
    return redirect("activity", found.id)


def _page(
    request: PortalRequest,
    rule: ActivityRule,
    kind: ActivityKind,
    faults: Any,
    *,
    told: str = "",
    status: int = 200,
) -> HttpResponse:
    on, post = legal_day(request.at), request.POST
    institutions = queries.writers(rule.asked_of, actor=request.actor)
    names = {"title", "venue", "people", "pieces", "problem", *(e.id for e in kind.fields)}
    lines = [(f.field if f.field in names else "form", f.message(language())) for f in faults]
    context = {
        "crumbs": trail(
            Crumb(_("Activities"), f"{reverse('activities')}?rule={rule.id}"), Crumb(_("New"))
        ),
        "rule": rule,
        "rules": rule_choices(rule.id, on),
        "kind": kind,
        "kinds": choices(((e.id, e.title.in_language(language())) for e in rule.kinds.values()), current=kind.id),
        "title_is": kind.title_is.in_language(language()),
        "asks_venue": kind.counts is not Counts.TITLES,
        "pieces": kind.pieces.in_language(language()) if kind.pieces else "",
        "institutions": choices(((str(id), name) for id, name in institutions), current=post.get("organization", "")),
        "inputs": asking.inputs_of(kind.fields, asking.given_fields(post, kind.fields), faults),
        "given": {name: post.get(name, "") for name in ("title", "venue", "people", "pieces", "note", "problem")},
        "on": post.get("on", on.isoformat()),
        "today": on.isoformat(),
        "key": asking.key(request) if post else uuid4(),
        "faults": [*lines, *([("form", told)] if told else [])],
    }  # fmt: skip
    return render(request, "activities/new.html", context, status=status)


@require_safe
@signed_in
def activity(request: PortalRequest, activity_id: UUID) -> HttpResponse:
    """Show an activity."""
    actor, on = request.actor, legal_day(request.at)
    found = queries.get_activity(activity_id, actor=actor)
    rule = queries.activity_rule(found.rule, on=on)
    kind = rule.kinds.get(found.kind)
    lead, tone = wording.lead(found.lead)
    names = registry.names_by_id(ids=[found.organization], language=language())
    who = access.account_names(ids=[found.account] if found.account else [])
    stands = not found.withdrawn_reason
    writes, answers = queries.may_write(found, actor=actor), queries.may_answer(found, actor=actor)
    title = kind.title.in_language(language()) if kind else found.kind
    context = {
        "crumbs": trail(
            Crumb(_("Activities"), f"{reverse('activities')}?rule={rule.id}"),
            Crumb(rule.title.in_language(language()), f"{reverse('activities-done')}?rule={rule.id}"),
            Crumb(title),
        ),
        "of": found,
        "title": title,
        "institution": names.get(found.organization, "—"),
        "place": area.path(found.place_code),
        "facts": wording.facts(found, kind),
        "lead": lead,
        "tone": tone,
        "written": words.instant(found.at),
        "who": who.get(found.account, _("the house")),
        "may_withdraw": stands and writes,
        "may_report": stands and writes and found.lead is Lead.FOUND,
        "may_answer": stands and answers and found.lead is Lead.REPORTED,
        "today": on.isoformat(),
    }  # fmt: skip
    return render(request, "activities/activity.html", context)


@require_POST
@signed_in
def change(request: PortalRequest, activity_id: UUID) -> HttpResponse:
    """Withdraw an activity, report what was found, or answer it."""
    post = request.POST
    said: dict[str, Any] = {
        "activity_id": activity_id,
        "expected_version": asking.version(request),
        "actor": request.actor,
        "at": request.at,
    }
    try:
        match post.get("do", ""):
            case "withdraw":
                actions.withdraw(reason=post.get("note", ""), **said)
            case "report":
                actions.report(to=post.get("note", ""), on=asking.day(post.get("on", "")), **said)
            case "answer":
                actions.answer(
                    result=post.get("note", ""), on=asking.day(post.get("on", "")), **said
                )
            case _other:
                messages.error(request, _("That cannot be done with an activity."))
                return redirect("activity", activity_id)
        messages.success(request, _("It was written down."))
    except (Conflict, Incorrect, Forbidden) as error:
        messages.error(request, words_of(error))
    return redirect("activity", activity_id)


@require_safe
@signed_in
def photo(request: PortalRequest, photo_id: UUID) -> HttpResponse:
    """A photo of an activity, for who sees the activity."""
    content = queries.photo(photo_id, actor=request.actor, at=request.at)
    return HttpResponse(content, content_type="image/jpeg", headers={"Cache-Control": "no-store"})
