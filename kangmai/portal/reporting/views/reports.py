"""Reports: the list, one with its numbers linked to their cards, its steps, its files."""

from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kangmai.documents.types import Format
from kangmai.governance.reporting import actions, queries, rules
from kangmai.governance.reporting.errors import AlreadyIssued, DraftWaits
from kangmai.governance.reporting.types import Line, Report, State, Template
from kangmai.kernel.actor import is_permitted
from kangmai.kernel.errors import Incorrect, KangmaiError
from kangmai.portal.indicators import asking, presenters
from kangmai.portal.indicators.asking import Asked
from kangmai.portal.messages.presenters import language
from kangmai.portal.reporting import wording
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.supplies.asking import complain, key, number, written
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import city, city_code_of
from kangmai.standards.periods import parse_period

DRAFT, CHECK, ISSUE = "reports.draft", "reports.check", "reports.issue"
TYPES = {
    "html": (Format.HTML, "text/html; charset=utf-8"),
    "pdf": (Format.PDF, "application/pdf"),
    "docx": (
        Format.DOCX,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
}


class StepUnknown(Incorrect):
    """There is no such step."""

    zh = "没有该操作。"


def _crumbs(*more: Crumb) -> tuple[Crumb, ...]:
    return trail(Crumb(_("Statistical reports"), reverse("reports") if more else ""), *more)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def reports(request: PortalRequest) -> HttpResponse:
    """Show the reports one sees; a POST begins one."""
    actor = request.actor
    if request.method == "POST":
        try:
            made = actions.draft(
                template_id=request.POST.get("template", ""), area=request.POST.get("area", ""),
                period=parse_period(request.POST.get("period", "")), key=key(request), actor=actor, at=request.at,
            )  # fmt: skip
        except (AlreadyIssued, DraftWaits) as error:
            complain(request, error)
            # the report that stands in the way is the place to go on
            return redirect("report", error.details["report"])
        except KangmaiError as error:
            complain(request, error)
            return redirect("reports")
        written(request)
        return redirect("report", made.id)
    state = next((each for each in State if each.value == request.GET.get("state")), None)
    found, following = queries.reports(state=state, after=request.GET.get("after", ""), actor=actor)
    context = {
        "crumbs": _crumbs(),
        "kinds": wording.kinds(actor, "reports"),
        "rows": [_row(each) for each in found],
        "states": choices(
            [("", _("all")), *((each.value, wording.state(each)[0]) for each in State)],
            current=state.value if state else "",
        ),
        "pager": pager(request.GET, cursor=following or None),
        **(_beginning(request) if is_permitted(actor, DRAFT) else {}),
    }
    return render(request, "reporting/reports.html", context)


def _beginning(request: PortalRequest) -> dict[str, Any]:
    """What a new report is chosen from."""
    found = queries.templates_for(on=legal_day(request.at), actor=request.actor)
    own = asking.first_area(request.actor)
    home = city_code_of(own)
    areas = [own, *(each.code for each in city(home).children(own))] if home else [own]
    periods = asking.periods(request.at, None)
    return {
        "templates": choices([(e.id, _of_period(e)) for e in found], current=""),
        "areas": choices([(code, presenters.area_name(code)) for code in areas], current=own),
        "periods": choices([(asking.written(e), asking.named(e)) for e in periods], current=""),
        "key": uuid4(),
    }


def _of_period(of: Template) -> str:
    """A template as it is chosen: with the periods it is written for."""
    kind = rules.KINDS[of.period]
    return f"{of.title.in_language(language())} · {kind.in_language(language())}"


def _row(of: Report) -> dict[str, Any]:
    text, tone = wording.state(of.state)
    template = queries.template_of(of)
    return {
        "id": of.id,
        "title": template.title.in_language(language()),
        "area": presenters.area_name(of.area),
        "period": asking.named(of.period),
        "number": rules.numbered(of.number, language()),
        "state": text,
        "tone": tone,
        "drafted": of.drafted.name,
        "at": words.instant(of.issued.at if of.issued else of.drafted.at),
        "is_correction": of.corrects is not None,
        "is_corrected": of.corrected_by is not None,
        "is_invented": of.is_invented,
    }


@require_safe
@signed_in
def report(request: PortalRequest, report_id: UUID) -> HttpResponse:
    """Show a report with who did what and what can be done."""
    actor = request.actor
    of = queries.get_report(report_id=report_id, actor=actor)
    template = queries.template_of(of)
    text = queries.pages(report_id=of.id, language=language(), actor=actor)
    is_draft = of.state is State.DRAFT
    may = {name: is_permitted(actor, permission, of.area) for name, permission in (("draft", DRAFT), ("check", CHECK), ("issue", ISSUE))}  # fmt: skip
    hands = {of.drafted.account, of.checked.account if of.checked else None}
    context = {
        "crumbs": _crumbs(Crumb(_row(of)["title"])),
        "of": of,
        "row": _row(of),
        "title": text.title,
        "body": wording.body(text.blocks, reverse("report-figure", args=[of.id, "FIGURE"])),
        "history": wording.history(queries.notes(report_id=of.id, actor=actor)),
        "missing": rules.missing(of, template, language()) if is_draft else [],
        "figures": [_figure(each, of) for each in of.lines] if of.state is not State.ISSUED else [],
        "sections": [
            (each.id, each.title.in_language(language()), of.remarks.get(each.id, ""))
            for each in template.sections
        ],
        "files": [
            (f"{name} {kind.upper()}", f"{reverse('report-file', args=[of.id, kind])}?language={code}")
            for code, name in (("zh", "中文"), ("en", "English"))
            for kind in TYPES
        ],
        "signers": [
            (label, each.name, words.instant(each.at)) if each else (label, "", "")
            for label, each in ((_("Drafted"), of.drafted), (_("Checked"), of.checked), (_("Issued by"), of.issued))
        ],
        "has_outbreak": any(rules.rule_of(each).is_outbreak for each in of.lines),
        "is_in_hand": of.state in (State.DRAFT, State.SUBMITTED, State.CHECKED),
        "may_edit": is_draft and may["draft"],
        "may_check": of.state is State.SUBMITTED and may["check"] and of.drafted.account != actor.account,
        "may_issue": of.state is State.CHECKED and may["issue"] and actor.account not in hands,
        "may_give_back": (of.state is State.SUBMITTED and may["check"]) or (of.state is State.CHECKED and may["issue"]),
        "may_authorize": of.state in (State.DRAFT, State.SUBMITTED, State.CHECKED) and may["issue"],
        "may_comment": any(may.values()),
        "may_correct": of.state is State.ISSUED and of.corrected_by is None and may["draft"],
        "key": uuid4(),
    }  # fmt: skip
    return render(request, "reporting/report.html", context)


def _figure(line: Line, of: Report) -> dict[str, str]:
    """A figure as the writer's list shows it, with the way to its live card."""
    rule = rules.rule_of(line)
    text, tone = wording.printing(line.print)
    asked = Asked(of.area, of.period, None)
    return {
        "title": presenters.said(rule.title),
        "state": text,
        "tone": tone,
        "address": asked.address("indicator-card", rule.id),
    }


@require_POST
@signed_in
def change(request: PortalRequest, report_id: UUID) -> HttpResponse:
    """Do a step: edit, freeze, submit, comment, check, give back, authorize, issue, withdraw, correct."""
    try:
        made = _step(request, report_id)
    except KangmaiError as error:
        complain(request, error)
        return redirect("report", report_id)
    written(request)
    return redirect("report", made)


def _step(request: PortalRequest, report_id: UUID) -> UUID:
    given, do = request.POST, request.POST.get("do", "")
    who: dict[str, Any] = {"report_id": report_id, "actor": request.actor, "at": request.at}
    if do == "correct":
        return actions.correct(key=key(request), **who).id
    if do == "comment":
        actions.comment(text=given.get("text", ""), **who)
        return report_id
    who["expected_version"] = number(given.get("version", ""), "version")
    simple = {"submit": actions.submit, "check": actions.check, "issue": actions.issue}
    reasoned = {"give_back": actions.give_back, "withdraw": actions.withdraw}
    if do in simple:
        simple[do](**who)
    elif do in reasoned:
        reasoned[do](reason=given.get("reason", ""), **who)
    elif do == "freeze":
        actions.freeze_missing(**who)
    elif do == "edit":
        remarks = {name.removeprefix("remark-"): text for name, text in given.items() if name.startswith("remark-")}  # fmt: skip
        actions.edit(remarks={name: str(text) for name, text in remarks.items()}, **who)
    elif do == "authorize":
        actions.authorize(authority=given.get("authority", ""), document=given.get("document", ""), **who)  # fmt: skip
    else:
        raise StepUnknown()
    return report_id


@require_safe
@signed_in
def file(request: PortalRequest, report_id: UUID, form: str) -> HttpResponse:
    """Give a report as a file in one of the two languages."""
    if form not in TYPES:
        raise Http404
    format, content_type = TYPES[form]
    spoken = "en" if request.GET.get("language") == "en" else "zh"
    of = queries.get_report(report_id=report_id, actor=request.actor)
    content = queries.file(report_id=of.id, format=format, language=spoken, actor=request.actor)
    answer = HttpResponse(content, content_type=content_type)
    name = f"{of.template}-{of.area}-{asking.written(of.period).replace('/', '_')}-{spoken}.{form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_safe
@signed_in
def figure(request: PortalRequest, report_id: UUID, indicator_id: str) -> HttpResponse:
    """Show the card of a figure as a report states it."""
    of, line, facts = queries.figure(
        report_id=report_id, indicator=indicator_id, language=language(), actor=request.actor
    )
    rule = rules.rule_of(line)
    asked = Asked(of.area, of.period, None)
    back = Crumb(_row(of)["title"], reverse("report", args=[of.id]))
    text, tone = wording.printing(line.print)
    context = {
        "crumbs": _crumbs(back, Crumb(_("Answer card"))),
        "title": presenters.said(rule.title),
        "unit": presenters.said(rule.unit),
        "rule": rule,
        "row": _row(of),
        "total": presenters.shown(line.now, name="", rule=rule, target=line.target),
        "state": text,
        "tone": tone,
        "facts": [(rules.FIELDS[name][language()], said) for name, said in facts if said],
        "parts": [
            presenters.shown(each, name=presenters.area_name(each.area) if each.area else _("not placed further"), rule=rule, target=line.target)
            for each in line.parts
        ],
        "level": _("Area"),
        "live": asked.address("indicator-card", rule.id)
        if is_permitted(request.actor, "indicators.read", of.area)
        else "",
    }  # fmt: skip
    return render(request, "reporting/figure.html", context)
