"""Colours: propose with evidence, approve, lift; appeals; the report of the day and what another list would change."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kangmai.access import queries as access
from kangmai.epidemic.orders import queries as orders
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import actions, queries
from kangmai.epidemic.venues.types import ColourRule, Decision, DecisionState
from kangmai.kernel.errors import Conflict, Forbidden, Incorrect, NotFound
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.venues import wording
from kangmai.standards.calendars import legal_day

EXPECTED = (Incorrect, NotFound, Conflict, Forbidden)


class ChangeUnknown(Incorrect):
    """A colour can be approved, refused or lifted; “{change}” is none of these."""

    zh = "赋色决定可以批准、驳回或解除，不能“{change}”。"


def _rule(at: Any) -> ColourRule:
    """The list of the first order in force."""
    return queries.reasons_of(orders.require_awake(Purpose.COLOURS, at=at)[0].edition)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@awake(Purpose.COLOURS)
def colours(request: PortalRequest) -> HttpResponse:
    """The decisions of one's area; a POST proposes one."""
    fault = ""
    if request.method == "POST":
        try:
            _propose(request)
            messages.success(request, _("Proposed. It shows once another person has approved it."))
            return redirect("ordered-colours")
        except EXPECTED as error:
            fault = words_of(error)
    rule, language = _rule(request.at), wording.language()
    state = next((s for s in DecisionState if s.value == request.GET.get("state", "")), None)
    found = queries.decisions(state=state, actor=request.actor, at=request.at)
    people = queries.persons_in(keys={each.person for each in found}, at=request.at)
    operators = access.account_names(
        ids={id for each in found for id in (each.proposed_by, each.decided_by) if id}
    )
    context = {
        "crumbs": trail(Crumb(_("Emergency mode"), "/emergency-mode/"), Crumb(_("Colours"))),
        "order": wording.order_line(Purpose.COLOURS, request.at),
        "fault": fault,
        "key": request.POST.get("key") or uuid4().hex,
        "given": request.POST,
        "reasons": choices(
            [
                (
                    each.id,
                    f"{wording.colour_words(each.colour)} · {each.words.in_language(language)}",
                )
                for each in rule.reasons.values()
            ],
            current=request.POST.get("reason", ""),
        ),
        "evidence": choices(
            [(id, each.in_language(language)) for id, each in rule.evidence.items()],
            current=request.POST.get("evidence_kind", ""),
        ),
        "states": choices(
            [("", _("all states")), *((s.value, wording.state_words(s)) for s in DecisionState)],
            current=request.GET.get("state", ""),
        ),
        "decisions": [
            _row(
                each,
                people[each.person].facts.name if each.person in people else "—",
                operators,
                rule,
                request,
            )
            for each in found
        ],
    }
    return render(request, "venues/colours.html", context, status=400 if fault else 200)


def _propose(request: PortalRequest) -> Decision:
    given = request.POST
    person = queries.find_person(
        pass_text=given.get("pass", ""), actor=request.actor, at=request.at
    )
    return actions.propose_colour(
        person=person.key,
        reason=given.get("reason", ""),
        evidence_kind=given.get("evidence_kind", ""),
        evidence=given.get("evidence", ""),
        key=given.get("key", ""),
        actor=request.actor,
        at=request.at,
    )


def _row(
    each: Decision,
    name: str,
    operators: Mapping[int, str],
    rule: ColourRule,
    request: PortalRequest,
) -> dict[str, Any]:
    kind = rule.evidence.get(each.evidence_kind)
    return {
        "id": each.id,
        "name": name,
        "colour": wording.colour_words(each.colour),
        "tone": wording.TONES[each.colour],
        "was": wording.colour_words(each.changed_from),
        "reason": wording.reason_words(each.reason),
        "evidence": f"{kind.in_language(wording.language()) if kind else ''} {each.evidence}",
        "state": wording.state_words(each.state),
        "by": operators.get(each.proposed_by, _("the house itself")),
        "decided_by": operators.get(each.decided_by or 0, ""),
        "at": words.instant(each.proposed_at),
        "until": words.instant(each.expires_at),
        "may_decide": each.state is DecisionState.PROPOSED
        and each.proposed_by != request.actor.account,
        "may_lift": each.state is DecisionState.IN_FORCE,
        "version": each.version,
    }


@require_POST
@signed_in
@awake(Purpose.COLOURS)
def decide(request: PortalRequest, decision_id: UUID) -> HttpResponse:
    """Approve, refuse or lift."""
    version, do = request.POST.get("version", ""), request.POST.get("do")
    expected = int(version) if version.isdecimal() else 0
    given: dict[str, Any] = {
        "decision_id": decision_id,
        "expected_version": expected,
        "actor": request.actor,
        "at": request.at,
    }
    try:
        match do:
            case "approve" | "refuse":
                actions.decide_colour(approves=do == "approve", **given)
            case "lift":
                actions.lift_colour(reason=request.POST.get("reason", ""), **given)
            case other:
                raise ChangeUnknown(change=other or "")
        messages.success(request, _("It was written down."))
    except EXPECTED as error:
        messages.error(request, words_of(error))
    return redirect("ordered-colours")


@require_safe
@signed_in
@awake(Purpose.COLOURS)
def appeals(request: PortalRequest) -> HttpResponse:
    """Appeals that wait, the oldest first."""
    found = queries.appeals(actor=request.actor, at=request.at)
    context = {
        "crumbs": trail(Crumb(_("Emergency mode"), "/emergency-mode/"), Crumb(_("Appeals"))),
        "order": wording.order_line(Purpose.COLOURS, request.at),
        "appeals": [
            {
                "id": each.id,
                "text": each.text,
                "reason": wording.reason_words(each.decision.reason),
                "colour": wording.colour_words(each.decision.colour),
                "tone": wording.TONES[each.decision.colour],
                "evidence": each.decision.evidence,
                "at": words.instant(each.filed_at),
                "due": words.instant(each.due_at),
                "is_late": each.due_at is not None and each.due_at < request.at,
                "version": each.version,
                "is_own": request.actor.account
                in (each.decision.proposed_by, each.decision.decided_by),
            }
            for each in found
        ],
    }
    return render(request, "venues/appeals.html", context)


@require_POST
@signed_in
@awake(Purpose.COLOURS)
def answer(request: PortalRequest, appeal_id: UUID) -> HttpResponse:
    """Lift or uphold the colour somebody appealed against."""
    version = request.POST.get("version", "")
    try:
        actions.answer_appeal(
            appeal_id=appeal_id,
            lifts=request.POST.get("do") == "lift",
            answer=request.POST.get("answer", ""),
            expected_version=int(version) if version.isdecimal() else 0,
            actor=request.actor,
            at=request.at,
        )
        messages.success(request, _("It was written down."))
    except EXPECTED as error:
        messages.error(request, words_of(error))
    return redirect("ordered-appeals")


def _editions(at: datetime) -> list[tuple[str, str]]:
    """The editions that have a list of reasons, by what they are called."""
    titles = orders.current_rule(at=at).editions
    language = get_language() or "zh"
    return [
        (
            each.edition,
            titles[each.edition].title.in_language(language)
            if each.edition in titles
            else each.edition,
        )
        for each in queries.editions()
    ]


@require_safe
@signed_in
@awake(Purpose.COLOURS)
def report(request: PortalRequest) -> HttpResponse:
    """Changes of a day by operator and reason; what another list of reasons would change."""
    at = request.at
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = legal_day(at)
    edition = request.GET.get("edition", "")
    editions = _editions(at)
    known = edition in dict(editions)
    changes = queries.daily_report(day=day, actor=request.actor, at=at)
    names = access.account_names(ids={each.account for each in changes})
    compared = queries.what_if(edition=edition, actor=request.actor, at=at) if known else None
    context = {
        "crumbs": trail(
            Crumb(_("Emergency mode"), "/emergency-mode/"), Crumb(_("Report on colours"))
        ),
        "order": wording.order_line(Purpose.COLOURS, at),
        "day": day,
        "changes": [
            {
                "operator": names.get(each.account, _("the house itself")),
                "reason": wording.reason_words(each.reason),
                "colour": wording.colour_words(each.colour),
                "tone": wording.TONES[each.colour],
                "by_hand": words.count(each.by_hand),
                "by_rule": words.count(each.by_rule),
            }
            for each in changes
        ],
        "editions": choices([("", "—"), *editions], current=edition),
        "what_if": [
            (wording.colour_words(now), wording.colour_words(then), words.count(count))
            for now, then, count in compared.rows
        ]
        if compared
        else None,
        "changed": words.count(compared.changed) if compared else "",
    }
    return render(request, "venues/report.html", context)
