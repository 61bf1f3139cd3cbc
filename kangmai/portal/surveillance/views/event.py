"""One event: figures, curve, lists, measures, reports with their clocks, and what is decided about it."""

import csv
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.documents import queries as documents
from kangmai.documents.types import Format
from kangmai.epidemic.surveillance import actions, queries, rules
from kangmai.epidemic.surveillance.errors import StepUnknown, ValueMissing
from kangmai.epidemic.surveillance.types import (
    CaseClass,
    LineFacts,
    Outbreak,
    Reason,
    ReportKind,
    State,
    Step,
)
from kangmai.kernel.actor import NotPermitted, is_permitted
from kangmai.portal.access.names import account_names
from kangmai.portal.deadlines import rows as clocks
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.surveillance import charts, posted, rows, situations, wording
from kangmai.standards.calendars import legal_day

PAGE = 30
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


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
        "lines": [_line(each, found) for each in queries.lines(outbreak_id, actor=actor, at=at)],
        "contacts": [
            _contact(each, today) for each in queries.contacts_of(outbreak_id, actor=actor, at=at)
        ],
        "measures": [
            {"row": each, "is_late": each.done_on is None and each.due_on < today}
            for each in queries.measures_of(outbreak_id, actor=actor)
        ],
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
        "classes": [(each.value, wording.case_class(each)) for each in CaseClass],
        "columns_text": "、".join(found.columns),
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
def person(request: PortalRequest, outbreak_id: UUID) -> HttpResponse:
    """Add a line to the list, or correct one."""
    posted.done(request, lambda: _person(request, outbreak_id))
    return redirect(f"/events/{outbreak_id}/#lines")


@require_POST
@signed_in
def contact(request: PortalRequest, outbreak_id: UUID) -> HttpResponse:
    """Add a contact, or write down how one is today."""
    posted.done(request, lambda: _contact_posted(request, outbreak_id))
    return redirect(f"/events/{outbreak_id}/#contacts")


@require_POST
@signed_in
def measure(request: PortalRequest, outbreak_id: UUID) -> HttpResponse:
    """Ask for a control measure, or say that one was taken."""
    posted.done(request, lambda: _measure(request, outbreak_id))
    return redirect(f"/events/{outbreak_id}/#measures")


@require_POST
@signed_in
def report(request: PortalRequest, outbreak_id: UUID) -> HttpResponse:
    """Give a report with the figures of now."""
    posted.done(request, lambda: _report(request, outbreak_id))
    return redirect(f"/events/{outbreak_id}/#reports")


@require_safe
@signed_in
def situation_docx(request: PortalRequest, outbreak_id: UUID) -> HttpResponse:
    """The situation report as a document, written from the data."""
    actor, at = request.actor, request.at
    found = queries.get_outbreak(outbreak_id, actor=actor)
    data = situations.document(found, actor=actor, at=at)
    content = documents.render(
        "situation_report",
        data,
        format=Format.DOCX,
        language=wording.language(),
        on=legal_day(at),
    )
    answer = HttpResponse(content, content_type=DOCX)
    answer["Content-Disposition"] = f'attachment; filename="{found.reference}.docx"'
    return answer


@require_safe
@signed_in
def lines_csv(request: PortalRequest, outbreak_id: UUID) -> HttpResponse:
    """The line list with its own columns; with names only for those who work on the event."""
    actor, at = request.actor, request.at
    found = queries.get_outbreak(outbreak_id, actor=actor)
    if not is_permitted(actor, "signals.work", found.area_code):
        raise NotPermitted(permission="signals.work")
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{found.reference}-lines.csv"'
    writer = csv.writer(answer)
    writer.writerow(
        [
            "number",
            "name",
            "sex",
            "age",
            "unit",
            "onset",
            "class",
            "outcome",
            "infected_by",
            *found.columns,
        ]
    )
    for each in queries.lines(outbreak_id, actor=actor, at=at):
        facts = each.facts
        writer.writerow(
            [each.number, _plain(facts.name), facts.sex, facts.age_years, _plain(facts.unit), facts.onset_on,
             facts.case_class.value, _plain(facts.outcome), facts.infected_by,
             *(_plain(facts.own.get(column, "")) for column in found.columns)]
        )  # fmt: skip
    return answer


def _plain(text: str) -> str:
    """Text that a table program does not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


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


def _person(request: PortalRequest, outbreak_id: UUID) -> None:
    post = request.POST
    found = queries.get_outbreak(outbreak_id, actor=request.actor)
    facts = LineFacts(
        name=post.get("name", ""),
        phone=post.get("phone", ""),
        sex=post.get("sex", "") if post.get("sex", "") in ("", "1", "2") else "",
        age_years=posted.number(post, "age"),
        unit=post.get("unit", ""),
        onset_on=posted.day_or_none(post, "onset"),
        case_class=next(
            (each for each in CaseClass if each.value == post.get("class")), CaseClass.SUSPECTED
        ),
        outcome=post.get("outcome", ""),
        infected_by=posted.number(post, "infected_by"),
        own={
            column: post.get(f"own-{n}", "").strip()[:200] for n, column in enumerate(found.columns)
        },
    )
    usual: dict[str, Any] = {
        "outbreak_id": outbreak_id,
        "facts": facts,
        "actor": request.actor,
        "at": request.at,
    }
    number = posted.number(post, "number")
    if number is None:
        actions.add_line(**usual)
    else:
        actions.change_line(number=number, expected_version=posted.version(post), **usual)


def _contact_posted(request: PortalRequest, outbreak_id: UUID) -> None:
    post = request.POST
    usual: dict[str, Any] = {"outbreak_id": outbreak_id, "actor": request.actor, "at": request.at}
    number = posted.number(post, "number")
    if number is not None:
        actions.follow_up(
            number=number,
            day=posted.day(post, "day"),
            is_ill=post.get("state") == "ill",
            note=post.get("note", ""),
            **usual,
        )
        return
    actions.add_contact(
        name=post.get("name", ""),
        phone=post.get("phone", ""),
        line_number=posted.number(post, "line"),
        exposed_on=posted.day(post, "exposed"),
        until_on=posted.day(post, "until"),
        **usual,
    )


def _measure(request: PortalRequest, outbreak_id: UUID) -> None:
    post = request.POST
    usual: dict[str, Any] = {"outbreak_id": outbreak_id, "actor": request.actor, "at": request.at}
    if post.get("measure"):
        actions.finish_measure(
            measure_id=UUID(post["measure"]),
            done_on=legal_day(request.at),
            note=post.get("note", ""),
            expected_version=posted.version(post),
            **usual,
        )
        return
    actions.add_measure(
        what=post.get("what", ""),
        who=post.get("who", ""),
        due_on=posted.day(post, "due"),
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
            (each.id, each.title.said(wording.language()), each.is_verified)
            for each in queries.grades(on=legal_day(request.at))
        ],
    }


def _line(each: Any, found: Outbreak) -> dict[str, object]:
    facts = each.facts
    return {
        "number": each.number,
        "version": each.version,
        "facts": facts,
        "sex": {"1": _("male"), "2": _("female")}.get(facts.sex, "—"),
        "onset": facts.onset_on.isoformat() if facts.onset_on else "",
        "class": wording.case_class(facts.case_class),
        "class_value": facts.case_class.value,
        "own": [facts.own.get(column, "") for column in found.columns],
    }


def _contact(each: Any, today: Any) -> dict[str, object]:
    latest = each.visits[-1] if each.visits else None
    return {
        "contact": each,
        "latest": latest,
        "is_ill": any(ill for _day, ill, _note in each.visits),
        "is_due": each.exposed_on <= today <= each.until_on
        and (latest is None or latest[0] < today),
        "count": len(each.visits),
    }
