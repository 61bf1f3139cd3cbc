"""Findings: the list with its filters, one with the visits behind it, and what somebody says of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.access import queries as access
from kangmai.kernel.actor import is_permitted
from kangmai.kernel.errors import Conflict, Forbidden, Incorrect
from kangmai.portal.messages.presenters import language
from kangmai.portal.programmes import catalogue
from kangmai.portal.programmes import wording as visits
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.watchdog import wording
from kangmai.portal.watchdog.lines import lines
from kangmai.programmes.engine.types import Method
from kangmai.programmes.watchdog import actions, queries
from kangmai.programmes.watchdog.types import Answer, Evidence, Finding, Show
from kangmai.standards.calendars import legal_day

PAGE = 30
BAR_HEIGHT = 60


class ChangeUnknown(Incorrect):
    """A finding can be answered, sent back or closed; '{change}' is none of these."""

    zh = "核查线索只能答复、退回或办结，不能“{change}”。"


@require_safe
@signed_in
def findings(request: PortalRequest) -> HttpResponse:
    """Show one page of findings, those that wait for the reader first."""
    show = show_of(request)
    detector = request.GET.get("detector", "")
    found = queries.findings(
        show=show,
        detector=detector,
        after=request.GET.get("after", ""),
        limit=PAGE,
        actor=request.actor,
        at=request.at,
    )
    rule = queries.rule(on=legal_day(request.at))
    titles = [(each.id, each.title.in_language(language())) for each in rule.detectors.values()]
    context = {
        "crumbs": trail(Crumb(_("Data checks"))),
        "rows": lines(found.rows, at=request.at),
        "shows": choices([(each, wording.show(each)) for each in Show], current=show),
        "kinds": choices([("", _("everything")), *titles], current=detector),
        "is_waiting": show is Show.WAITING and not detector,
        "is_verified": rule.is_verified,
        "files": [
            (name.upper(), f"{reverse('watchdog-file', args=[name])}?{request.GET.urlencode()}")
            for name in ("xlsx", "csv")
        ],
        "pager": pager(request.GET, cursor=found.next or None),
    }
    return render(request, "watchdog/findings.html", context)


def show_of(request: PortalRequest) -> Show:
    """Which part of the list an address asks for."""
    return next((each for each in Show if each == request.GET.get("show")), Show.WAITING)


@require_safe
@signed_in
def finding(request: PortalRequest, finding_id: UUID) -> HttpResponse:
    """Show a finding: what it rests on, what was said, what the reader may say."""
    actor, at = request.actor, request.at
    found = queries.get_finding(finding_id, actor=actor, at=at)
    rule = queries.rule(on=legal_day(at))
    detector = rule.detectors.get(found.detector)
    (row,) = lines([found], at=at)
    evidence = queries.evidence_of(finding_id, actor=actor, at=at)
    context = {
        "crumbs": trail(Crumb(_("Data checks"), reverse("watchdog")), Crumb(row.title)),
        "row": row,
        "of": found,
        "meaning": detector.meaning.in_language(language()) if detector else "",
        "chance": wording.chance(found),
        "budget": f"{rule.budget.normalize():f}",
        "source": rule.source,
        "is_verified": rule.is_verified,
        "bars": _bars(found),
        "seen": words.instant(found.last_seen_at),
        "evidence": [_visit(each, request) for each in evidence],
        "steps": _steps(found),
        "may_answer": queries.may_answer(found, actor=actor),
        "may_review": queries.may_review(found, actor=actor, at=at),
        "answers": _named(rule.answers.values()),
        "closings": _named(rule.closings.values()),
    }
    return render(request, "watchdog/finding.html", context)


def _named(answers: Any) -> list[tuple[str, str]]:
    return [(each.id, each.title.in_language(language())) for each in answers]


def _bars(found: Finding) -> list[dict[str, int]]:
    """How often each last digit stands there, as heights."""
    counts = found.figures.get("counts", [])
    most = max(counts, default=0) or 1
    heights = [round(BAR_HEIGHT * count / most) for count in counts]
    return [
        {
            "digit": digit,
            "count": count,
            "x": 4 + 24 * digit,
            "text_x": 13 + 24 * digit,
            "y": 14 + BAR_HEIGHT - height,
            "text_y": 11 + BAR_HEIGHT - height,
            "height": height,
        }
        for digit, (count, height) in enumerate(zip(counts, heights, strict=True))
    ]


def _visit(each: Evidence, request: PortalRequest) -> dict[str, Any]:
    on = legal_day(request.at)
    title = catalogue.service_title(each.programme, each.service, on=on)
    may_open = is_permitted(request.actor, "programmes.read")
    return {
        "address": reverse("visit", args=[each.visit]) if may_open else "",
        "person": each.person,
        "day": words.day(each.visited_on),
        "entered": words.instant(each.entered_at),
        "method": visits.method(Method(each.method)),
        "what": f"{catalogue.programme_title(each.programme, on=on)} · {title}",
        "values": catalogue.headline(each.programme, each.measures, on=on, service=each.service),
        "is_complete": each.is_complete,
        "is_corrected": each.is_corrected,
    }


def _steps(found: Finding) -> list[dict[str, str]]:
    rule = queries.rule(on=legal_day(found.last_seen_at))
    said: dict[str, Answer] = {**rule.answers, **rule.closings}
    names = access.account_names(ids={each.account for each in found.steps if each.account})
    return [
        {
            "what": wording.deed(each.deed),
            "code": said[each.code].title.in_language(language()) if each.code in said else "",
            "note": each.note,
            "who": names.get(each.account, _("the house")),
            "when": words.instant(each.at),
        }
        for each in found.steps
    ]


@require_POST
@signed_in
def change(request: PortalRequest, finding_id: UUID) -> HttpResponse:
    """Answer, send back, or close."""
    try:
        _change(request, finding_id)
        messages.success(request, _("It was written down."))
    except (Conflict, Incorrect, Forbidden) as error:
        messages.error(request, words_of(error))
    return redirect("watchdog-finding", finding_id)


def _change(request: PortalRequest, finding_id: UUID) -> None:
    given, version = request.POST, request.POST.get("version", "")
    said: dict[str, Any] = {
        "finding_id": finding_id,
        "note": given.get("note", ""),
        "expected_version": int(version) if version.isdecimal() else 0,
        "actor": request.actor,
        "at": request.at,
    }
    match given.get("do"):
        case "answer":
            actions.answer(code=given.get("code", ""), **said)
        case "return":
            actions.send_back(**said)
        case "close":
            actions.close(code=given.get("code", ""), **said)
        case other:
            raise ChangeUnknown(change=(other or "")[:20])
