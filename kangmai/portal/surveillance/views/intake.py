"""Counts of schools, pharmacies and laboratories by page or file; reports of anything unusual by anybody."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kangmai.epidemic.surveillance import actions, queries
from kangmai.epidemic.surveillance.types import DayCount, IntakeReport, SourceKind
from kangmai.kernel.actor import require
from kangmai.kernel.errors import Conflict, Incorrect
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.surveillance import choosing, posted, wording
from kangmai.standards.calendars import legal_day


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def intake(request: PortalRequest) -> HttpResponse:
    """Show the form and, after a file or a row, what was taken and what was wrong."""
    require(request.actor, "signals.intake")
    report = _taken(request) if request.method == "POST" else None
    today = legal_day(request.at)
    counted = [each for each in queries.sources(on=today) if each.kind is SourceKind.COUNTS]
    context = {
        "crumbs": trail(Crumb(_("Daily counts"))),
        "sources": [
            {
                "id": each.id,
                "title": each.title.in_language(wording.language()),
                "reporters": each.reporters.in_language(wording.language()),
                "conditions": [(c, wording.title(c, today)) for c in each.conditions],
            }
            for each in counted
        ],
        "conditions": list(
            dict.fromkeys((c, wording.title(c, today)) for each in counted for c in each.conditions)
        ),
        "today": today.isoformat(),
        "report": _shown(report) if report else None,
        "posted": request.POST,
        "towns": choosing.towns(request.actor, "signals.intake"),
        "places": choosing.places(request.actor, "signals.intake"),
    }
    return render(request, "surveillance/intake.html", context)


@require_safe
@signed_in
def unusual(request: PortalRequest) -> HttpResponse:
    """Show the form for something unusual."""
    require(request.actor, "signals.report")
    today = legal_day(request.at)
    context = {
        "crumbs": trail(Crumb(_("Report something unusual"))),
        "conditions": [
            (id, title.in_language(wording.language()))
            for id, title in queries.conditions(on=today)
        ],
        "today": today.isoformat(),
        "key": uuid4().hex,
        "towns": choosing.towns(request.actor),
        "places": choosing.places(request.actor, "signals.report"),
    }
    return render(request, "surveillance/unusual.html", context)


@require_POST
@signed_in
def told(request: PortalRequest) -> HttpResponse:
    """Take the report and tell the officer on duty."""
    post = request.POST
    was_told = posted.done(
        request,
        lambda: actions.report_unusual(
            condition=post.get("condition", ""),
            place_code=post.get("place_code", "").strip(),
            area=post.get("area", "").strip(),
            count=posted.number(post, "count") or 0,
            first_day=posted.day(post, "first_day"),
            note=post.get("note", ""),
            key=post.get("key", ""),
            actor=request.actor,
            at=request.at,
        ),
        _("Thank you. The officer on duty has it now."),
    )
    return redirect("home" if was_told else "signals-unusual")


def _taken(request: PortalRequest) -> IntakeReport | None:
    """What the posted row or file holds; None where it could not be read at all."""
    post = request.POST
    file = request.FILES.get("file")
    try:
        rows = actions.read_table(file.read()) if file else [_row(request)]
        report = actions.take_counts(
            source=post.get("source", ""),
            rows=rows,
            is_trial=post.get("do") == "try",
            actor=request.actor,
            at=request.at,
        )
    except (Conflict, Incorrect) as error:
        messages.error(request, words_of(error))
        return None
    if post.get("do") != "try" and not report.faults:
        messages.success(
            request,
            ngettext("%(n)s row was taken.", "%(n)s rows were taken.", report.taken + report.same)
            % {"n": report.taken + report.same},
        )
    return report


def _row(request: PortalRequest) -> DayCount:
    names = ("day", "condition", "place_code", "area", "count", "base")
    return DayCount(**{name: request.POST.get(name, "").strip() for name in names})


def _shown(report: IntakeReport) -> dict[str, object]:
    is_chinese = wording.language() == "zh"
    return {
        "lines": report.lines,
        "taken": report.taken,
        "same": report.same,
        "faults": [(each.line, each.zh if is_chinese else each.en) for each in report.faults],
    }
