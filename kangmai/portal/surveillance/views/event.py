"""One event: figures, curve, lists, measures, reports with their clocks, and what is decided about it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.epidemic.surveillance import actions, queries, rules
from kangmai.epidemic.surveillance.errors import StepUnknown, ValueMissing
from kangmai.epidemic.surveillance.types import (
    MeasureLimit,
    Outbreak,
    Reason,
    ReportKind,
    ResourceKind,
    State,
    Step,
)
from kangmai.kernel.actor import is_permitted
from kangmai.portal.access.names import account_names
from kangmai.portal.deadlines import rows as clocks
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.surveillance import (
    charts,
    event_rows,
    figures,
    posted,
    rows,
    situations,
    wording,
)
from kangmai.standards.calendars import legal_day

PAGE = 30
PAGE_OF_LINES = 50
MOST_CONTACTS = 50


@require_safe
@signed_in
def events(request: PortalRequest) -> HttpResponse:
    """Show the events, the newest first."""
    only_open = request.GET.get("show") != "all"
    found = queries.outbreaks(
        only_open=only_open,
        after=request.GET.get("after", ""),
        limit=PAGE,
        actor=request.actor,
    )
    context = {
        "crumbs": trail(Crumb(_("Early warning"), "/signals/"), Crumb(_("Events"))),
        "rows": rows.events(found.rows, actor=request.actor, at=request.at),
        "only_open": only_open,
        "pager": pager(request.GET, cursor=found.next or None),
    }
    return render(request, "surveillance/events.html", context)


@require_safe
@signed_in
def event(request: PortalRequest, outbreak_id: UUID) -> HttpResponse:
    """Show one event with everything known of it."""
    actor, at = request.actor, request.at
    today = legal_day(at)
    found = queries.get_outbreak(outbreak_id, actor=actor)
    (row,) = rows.events([found], actor=actor, at=at)
    said = queries.situation(outbreak_id, actor=actor, at=at)
    steps = queries.outbreak_history(outbreak_id, actor=actor)
    reports = queries.reports_of(outbreak_id, actor=actor)
    people = account_names([*(e.account for e in steps), *(e.account for e in reports)], actor)
    known = rows.clocks_of("outbreak", [outbreak_id], actor).get(str(outbreak_id), ())
    may_work = is_permitted(actor, "signals.work", found.area_code)
    may_decide = is_permitted(actor, "signals.decide", found.area_code)
    is_open = found.state in rules.EVENTS
    home = area.home_city(actor, found.area_code)
    context = {
        "crumbs": trail(
            Crumb(_("Early warning"), "/signals/"),
            Crumb(_("Events"), "/events/"),
            Crumb(found.reference),
        ),
        "row": row,
        "event": found,
        "grade": situations.grade_words(found.grade, today),
        "confirmed": words.instant(found.confirmed_at),
        "ended": words.instant(found.ended_at),
        "figures": situations.figures(said),
        "bars": charts.bars(said.by_day),
        "signals": rows.signals(queries.signals_of(outbreak_id, actor=actor), actor=actor, at=at),
        **_contacts(request, outbreak_id),
        "measures": _measures(request, outbreak_id),
        "limits": [(each.value, wording.measure_limit(each)) for each in MeasureLimit],
        "resources": [
            event_rows.resource(each, today)
            for each in queries.resources_of(outbreak_id, actor=actor)
        ],
        "towns": _towns(said),
        "map": figures.event_map(said.by_area, city_code=home.code) if home else None,
        "situation": said,
        "reports": [
            {
                "number": each.number,
                "kind": wording.report_kind(each.kind),
                "at": words.instant(each.at),
                "who": people.get(each.account, f"#{each.account}"),
                "on_time": each.is_on_time,
                "cases": each.content.get("cases", "—"),
            }
            for each in reports
        ],
        "clocks": clocks.rows(known, actor=actor, at=at),
        "steps": [
            {
                "when": words.instant(each.at),
                "what": wording.deed(each.deed),
                "who": people.get(each.account, f"#{each.account}"),
                "reason": wording.reason(Reason(each.reason)) if each.reason else "",
                "note": each.note,
            }
            for each in steps
        ],
        "may_write": may_work and is_open,
        "today": today.isoformat(),
        "until": event_rows.follow_up_until(found, today).isoformat(),
        "exposures": event_rows.exposures(of_link=False),
        "resource_kinds": [(each.value, wording.resource_kind(each)) for each in ResourceKind],
        "may_answer": may_decide and is_open,
        "waits_for_decision": may_work
        and not may_decide
        and found.state in (State.INVESTIGATING, State.CONFIRMED),
        "columns_text": "、".join(found.columns),
        **_lines(found, request, may_write=may_work and is_open),
        **_choices(found, bool(reports), may_work, may_decide, request),
    }
    return render(request, "surveillance/event.html", context)


@require_POST
@signed_in
def change(request: PortalRequest, outbreak_id: UUID) -> HttpResponse:
    """Take an event to its next state, or declare it over."""
    posted.done(request, lambda: _change(request, outbreak_id))
    return redirect("event", outbreak_id)


@require_POST
@signed_in
def describe(request: PortalRequest, outbreak_id: UUID) -> HttpResponse:
    """Write down what an event is."""
    post = request.POST
    columns = post.get("columns", "").replace(",", "、").replace("，", "、").split("、")
    posted.done(
        request,
        lambda: actions.describe(
            outbreak_id=outbreak_id,
            title=post.get("title", ""),
            case_definition=post.get("case_definition", ""),
            source_found=post.get("source_found", ""),
            lessons=post.get("lessons", ""),
            columns=tuple(columns),
            expected_version=posted.version(post),
            actor=request.actor,
            at=request.at,
        ),
    )
    return redirect("event", outbreak_id)


@require_POST
@signed_in
def report(request: PortalRequest, outbreak_id: UUID) -> HttpResponse:
    """Give a report with the figures of now."""
    posted.done(request, lambda: _report(request, outbreak_id))
    return redirect(f"/events/{outbreak_id}/#reports")


def _change(request: PortalRequest, outbreak_id: UUID) -> None:
    post, do = request.POST, request.POST.get("do", "")
    usual: dict[str, Any] = {
        "outbreak_id": outbreak_id,
        "expected_version": posted.version(post),
        "actor": request.actor,
        "at": request.at,
    }
    if do == "over":
        actions.declare_over(**usual)
        return
    chosen = next((each for each in Step if each.value == do), None)
    if chosen is None:
        raise StepUnknown(step=do)
    actions.move_outbreak(
        step=chosen,
        grade=post.get("grade", ""),
        reason=next((r for r in Reason if r.value == post.get("reason")), None),
        note=post.get("note", ""),
        **usual,
    )


def _report(request: PortalRequest, outbreak_id: UUID) -> None:
    post = request.POST
    kind = next((each for each in ReportKind if each.value == post.get("kind")), None)
    if kind is None:
        raise ValueMissing(what="kind of report / 报告类别")
    found = queries.get_outbreak(outbreak_id, actor=request.actor)
    content: Mapping[str, Any] = situations.kept(
        queries.situation(outbreak_id, actor=request.actor, at=request.at),
        found,
        post.get("note", ""),
    )
    actions.give_report(
        outbreak_id=outbreak_id,
        kind=kind,
        content=content,
        expected_version=posted.version(post),
        actor=request.actor,
        at=request.at,
    )


def _lines(found: Outbreak, request: PortalRequest, *, may_write: bool) -> dict[str, object]:
    """One page of the line list, with the form of a new line and the cards that wait."""
    actor, at = request.actor, request.at
    text = request.GET.get("after", "")
    after = int(text) if text.isdecimal() and len(text) < 9 else 0
    lines = queries.lines(found.id, after=after, limit=PAGE_OF_LINES + 1, actor=actor, at=at)
    shown = lines[:PAGE_OF_LINES]
    more = str(shown[-1].number) if len(lines) > PAGE_OF_LINES else None
    may_take = may_write and is_permitted(actor, "cases.read", found.area_code)
    return {
        "lines": [event_rows.line(each, found) for each in shown],
        "pager": pager(request.GET, cursor=more),
        "cards": queries.cards_waiting(found.id, actor=actor, at=at) if may_take else 0,
        **event_rows.line_form(found, actor),
    }


def _contacts(request: PortalRequest, outbreak_id: UUID) -> dict[str, object]:
    """The contacts, those to be asked today first; of a long list the beginning, unless all are asked for."""
    today = legal_day(request.at)
    found = [
        event_rows.contact(each, today)
        for each in queries.contacts_of(outbreak_id, actor=request.actor, at=request.at)
    ]
    found.sort(key=lambda row: not row["is_due"])
    shown = found if request.GET.get("contacts") == "all" else found[:MOST_CONTACTS]
    return {"contacts": shown, "contacts_left": len(found) - len(shown)}


def _measures(request: PortalRequest, outbreak_id: UUID) -> list[dict[str, Any]]:
    found = queries.measures_of(outbreak_id, actor=request.actor)
    running = rows.clocks_of("measure", [each.id for each in found], request.actor)
    return [event_rows.measure(each, running.get(str(each.id), ()), request.at) for each in found]


def _towns(said: queries.Situation) -> list[tuple[str, int]]:
    """Cases by town of home, the most first; those without one last."""
    ordered = sorted(said.by_area.items(), key=lambda item: (item[0] == "", -item[1], item[0]))
    return [(area.path(code) if code else _("home not known"), n) for code, n in ordered]


def _choices(
    found: Outbreak,
    has_report: bool,
    may_work: bool,
    may_decide: bool,
    request: PortalRequest,
) -> dict[str, object]:
    """What may be done next by this reader."""
    steps = [
        each
        for each in rules.possible(found.state, of_event=True)
        if (may_decide if each in rules.DECISIONS else may_work)
    ]
    kinds = [ReportKind.PROGRESS] if has_report else [ReportKind.FIRST]
    if has_report and found.ended_at is not None:
        kinds = [ReportKind.FINAL]
    return {
        "may": {each.value: wording.step(each) for each in steps},
        "may_declare_over": may_work and found.state is State.CONFIRMED and found.ended_at is None,
        "may_report": may_work and found.state in rules.EVENTS,
        "kinds": [(each.value, wording.report_kind(each)) for each in kinds],
        "reasons": [(each.value, wording.reason(each)) for each in Reason],
        "grades": [
            (each.id, each.title.in_language(wording.language()), each.is_verified)
            for each in queries.grades(on=legal_day(request.at))
        ],
    }
