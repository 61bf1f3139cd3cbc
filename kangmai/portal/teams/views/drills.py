"""Drills: the list, a new one, one with its clock, marks, lessons and report."""

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kangmai.documents import queries as documents
from kangmai.documents.types import Format
from kangmai.epidemic.orders import queries as orders
from kangmai.epidemic.teams import actions, queries
from kangmai.epidemic.teams.types import Drill, DrillState, StepLine
from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.shell.security import ALONE
from kangmai.portal.supplies.asking import FieldUnreadable, complain, key, number, written
from kangmai.portal.teams import asking, wording
from kangmai.portal.teams.views.teams import StepUnknown
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

RUN = "drills.run"
FORMATS = {"html": (Format.HTML, "text/html; charset=utf-8"),
           "docx": (Format.DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document")}  # fmt: skip


@require_safe
@signed_in
def drills(request: PortalRequest) -> HttpResponse:
    """Show the drills one sees."""
    state = request.GET.get("state", "")
    page = queries.drill_list(state=state, after=request.GET.get("after", ""), actor=request.actor)
    known = [(each.value, wording.drill_state(each)[0]) for each in DrillState]
    context = {
        "crumbs": trail(Crumb(_("Emergency teams"), reverse("teams")), Crumb(_("Drills"))),
        "rows": [line(each) for each in page.rows],
        "states": choices([("", _("all")), *known], current=state),
        "may_run": is_permitted(request.actor, RUN),
        "pager": pager(request.GET, cursor=page.next or None),
    }
    return render(request, "teams/drills.html", context)


def line(of: Drill) -> dict[str, Any]:
    """A drill as a line."""
    text, tone = wording.drill_state(of.state)
    return {
        "id": of.id,
        "title": of.script.title.in_language(language()),
        "place": area.path(of.place_code),
        "planned": words.instant(of.planned_at),
        "state": text,
        "tone": tone,
        "score": "" if of.score is None else of.score,
        "grade": of.grade.in_language(language()) if of.grade else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: PortalRequest) -> HttpResponse:
    """Plan a drill under a drill order."""
    actor, at = request.actor, request.at
    require(actor, RUN)
    given = request.POST if request.method == "POST" else request.GET
    fault = ""
    if request.method == "POST":
        try:
            order = next(iter(asking.uuids([given.get("order", "")])), None)
            if order is None:
                raise FieldUnreadable(field=_("Order"), value="—")
            made = actions.plan_drill(
                organization=number(given.get("organization", ""), _("Institution")), order_id=order,
                script=given.get("script", ""), place=given.get("place", ""),
                team_ids=asking.uuids(given.getlist("team")), key=key(request), actor=actor, at=at,
            )  # fmt: skip
            written(request)
            return redirect("team-drill", made.id)
        except KangmaiError as error:
            fault = words_of(error)
    own = [g.organization for g in actor.grants if RUN in g.permissions and g.organization]
    scripts = queries.script_list(on=legal_day(at))
    chosen = given.getlist("team")
    context = {
        "crumbs": trail(
            Crumb(_("Emergency teams"), reverse("teams")),
            Crumb(_("Drills"), reverse("team-drills")),
            Crumb(_("New drill")),
        ),
        "fault": fault,
        "key": given.get("key") or uuid4(),
        "institutions": asking.institutions(own),
        "orders": asking.order_choices(at=at, is_drill=True, current=given.get("order", "")),
        "scripts": choices([(e.id, e.title.in_language(language())) for e in scripts], current=given.get("script", "")),
        "places": asking.places(actor, current=given.get("place", "")),
        "teams": [(each, str(each.id) in chosen) for each in queries.team_list(limit=200, actor=actor, at=at).rows],
    }  # fmt: skip
    return render(request, "teams/drill_new.html", context, status=400 if fault else 200)


@require_safe
@signed_in
def drill(request: PortalRequest, drill_id: UUID) -> HttpResponse:
    """Show a drill with what the reader can do now."""
    actor, at = request.actor, request.at
    of = queries.get_drill(drill_id, actor=actor)
    order = orders.orders_by_id([of.order_id]).get(of.order_id)
    here = is_permitted(actor, RUN, of.place_code)
    lines = [step_line(each, actor.account) for each in of.lines]
    context = {
        "crumbs": trail(
            Crumb(_("Emergency teams"), reverse("teams")),
            Crumb(_("Drills"), reverse("team-drills")),
            Crumb(of.script.title.in_language(language())),
        ),
        "of": of,
        "row": line(of),
        "order": f"{order.number} {order.title}" if order else "—",
        "lines": lines,
        "started": words.instant(of.started_at),
        "ended": words.instant(of.ended_at),
        "may_start": here and of.state is DrillState.PLANNED,
        "may_step": here and of.state is DrillState.RUNNING,
        "may_report": here and of.state is DrillState.ASSESSING,
        "may_mend": here,
        "may_assess": queries.may_assess(drill_id, actor=actor),
        "lessons": lessons(of),
        "institutions": asking.institutions({of.organization, *_taking_part(of, request)}),
        "today": legal_day(at),
        "shares": (of.script.time_percent, 100 - of.script.time_percent),
    }  # fmt: skip
    return render(request, "teams/drill.html", context)


def _taking_part(of: Drill, request: PortalRequest) -> set[int]:
    found = set()
    for id in of.teams:
        try:
            found.add(int(queries.get_team(id, actor=request.actor, at=request.at).organization))
        except KangmaiError:
            continue  # an assessor sees the drill, and not its teams
    return found


def step_line(of: StepLine, account: int) -> dict[str, Any]:
    """A step with its time, its marks and what it came to."""
    step = of.step
    own = of.marks.get(account)
    return {
        "id": step.id,
        "title": step.title.in_language(language()),
        "criteria": step.criteria.in_language(language()),
        "minutes": step.minutes,
        "points": step.points,
        "took": "" if of.minutes is None else f"{of.minutes:g}",
        "is_late": of.minutes is not None and of.minutes > step.minutes,
        "note": of.note,
        "came_to": "" if of.points is None else f"{of.points:g}",
        "marks": len(of.marks),
        "own": "" if own is None else own[0],
        "remark": "" if own is None else own[1],
        "remarks": [remark for _points, remark in of.marks.values() if remark],
    }


def lessons(of: Drill) -> list[dict[str, Any]]:
    """What a drill taught."""
    names = registry.names_by_id(ids={e.organization for e in of.lessons}, language=language())
    return [
        {
            "id": each.id,
            "problem": each.problem,
            "mend": each.mend,
            "who": names.get(each.organization, "—"),
            "due": words.day(each.due_on),
            "mended": words.day(each.mended_on) if each.mended_on else "",
        }
        for each in of.lessons
    ]


@require_POST
@signed_in
def change(request: PortalRequest, drill_id: UUID) -> HttpResponse:
    """Start, step, end, assess, learn, report, withdraw."""
    given = request.POST
    try:
        at = {"actor": request.actor, "at": request.at}
        if given.get("do") == "mend":
            lesson = number(given.get("lesson", ""), _("Lesson"))
            actions.mend_lesson(drill_id=drill_id, lesson_id=lesson, **at)  # type: ignore[arg-type]
            return _done(request, drill_id)
        whose: dict[str, Any] = {"drill_id": drill_id, "expected_version": asking.version(request), **at}  # fmt: skip
        match given.get("do"):
            case "start":
                actions.start_drill(**whose)
            case "end":
                actions.end_drill(**whose)
            case "withdraw":
                actions.withdraw_drill(reason=given.get("reason", ""), **whose)
            case "assess":
                actions.assess(marks=_marks(request), **whose)
            case "lesson":
                actions.add_lesson(
                    problem=given.get("problem", ""), mend=given.get("mend", ""),
                    organization=number(given.get("organization", ""), _("Institution")),
                    due_on=asking.required_day(given.get("due_on", ""), _("Until")), **whose,
                )  # fmt: skip
            case "report":
                actions.report_drill(summary=given.get("summary", ""), **whose)
            case str() as step if step.startswith("step-"):
                actions.do_step(step=step.removeprefix("step-"), note=given.get("note", ""), **whose)  # fmt: skip
            case _:
                raise StepUnknown()
    except KangmaiError as error:
        complain(request, error)
        return redirect("team-drill", drill_id)
    return _done(request, drill_id)


def _done(request: PortalRequest, drill_id: UUID) -> HttpResponse:
    written(request)
    return redirect("team-drill", drill_id)


def _marks(request: PortalRequest) -> dict[str, tuple[float, str]]:
    """Marks as the form sends them; steps without one are left out. Raises FieldUnreadable."""
    found = {}
    for name, value in request.POST.items():
        if not name.startswith("mark-") or not value.strip():
            continue
        try:
            points = float(value)
        except ValueError:
            raise FieldUnreadable(field=_("Marks"), value=value[:12]) from None
        step = name.removeprefix("mark-")
        found[step] = (points, request.POST.get(f"remark-{step}", ""))
    return found


@require_safe
@signed_in
def report(request: PortalRequest, drill_id: UUID, form: str) -> HttpResponse:
    """The report of a drill as a file."""
    of = queries.get_drill(drill_id, actor=request.actor)
    kind, mime = FORMATS.get(form, FORMATS["html"])
    row, order = line(of), orders.orders_by_id([of.order_id]).get(of.order_id)
    data = {
        "title": row["title"],
        "reference": str(of.id)[-12:],
        "order": f"{order.number} {order.title}" if order else "—",
        "place": row["place"],
        "started": words.instant(of.started_at),
        "ended": words.instant(of.ended_at),
        "state": row["state"],
        "teams": words.joined(of.teams.values()),
        "score": f"{of.score} {row['grade']}" if of.score is not None else "",
        "steps": [
            {"step": e["title"], "limit": e["minutes"], "took": e["took"], "points": e["points"], "came_to": e["came_to"], "remarks": words.clauses(e["remarks"])}
            for e in (step_line(each, 0) for each in of.lines)
        ],
        "summary": of.summary,
        "lessons": lessons(of),
    }  # fmt: skip
    body = documents.render(
        "drill_report", data, format=kind, language=language(), on=legal_day(request.at)
    )
    answer = HttpResponse(body, content_type=mime)
    answer["Content-Disposition"] = f'{"inline" if form == "html" else "attachment"}; filename="drill-{str(of.id)[-12:]}.{form}"'  # fmt: skip
    if kind is Format.HTML:
        answer["Content-Security-Policy"] = ALONE
    return answer
