"""The yearly checks: quality control draws a sample and judges its records, the team answers."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from kangmai.kernel.actor import is_permitted
from kangmai.kernel.errors import Conflict, Incorrect
from kangmai.portal.programmes import catalogue, reach, visits
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.programmes.workload import actions, queries
from kangmai.programmes.workload.types import Check, Sampled, Verdict
from kangmai.standards.calendars import legal_day

CHECK, ANSWER = "workload.check", "workload.answer"
PAGE = 50
YEARS = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A check in a list."""

    id: str
    organization: str
    year: int
    size: int
    judged: int
    share: str
    state: str
    tone: str
    drawn_at: str


@dataclass(frozen=True, slots=True)
class Record:
    """A record of a sample in words; `address` where the reader may open it."""

    number: int
    programme: str
    visit: visits.Line
    verdict: str
    verdict_label: str
    tone: str
    note: str
    answer: str
    address: str


TONES = {Verdict.TRUE: "good", Verdict.UNTRUE: "danger", Verdict.NOT_FOUND: "warning"}


def _label(verdict: Verdict) -> str:
    return {
        Verdict.TRUE: _("true"),
        Verdict.UNTRUE: _("not true"),
        Verdict.NOT_FOUND: _("not found"),
    }[verdict]


def _line(found: Check, names: dict[int, str]) -> Line:
    return Line(
        id=str(found.id),
        organization=names.get(found.organization, str(found.organization)),
        year=found.year,
        size=found.size,
        judged=found.judged,
        share=f"{found.share_untrue * 100:.2f} %" if found.judged else "",
        state=_("open") if found.is_open else _("closed"),
        tone="info" if found.is_open else "",
        drawn_at=words.instant(found.drawn_at),
    )


@require_safe
@signed_in
def checks(request: PortalRequest) -> HttpResponse:
    """Show the checks one makes or answers; to quality control, of whom a sample may be drawn."""
    actor, at = request.actor, request.at
    found = queries.checks(after=_after(request), limit=PAGE + 1, actor=actor, at=at)
    shown = found[:PAGE]
    may_draw = is_permitted(actor, CHECK)
    on = legal_day(at)
    year = _year(request, on.year)
    frames = queries.frames(year, actor=actor, at=at) if may_draw else ()
    ids = {each.organization for each in shown} | {each.organization for each in frames}
    names = dict(reach.institution_names(ids))
    context = {
        "crumbs": trail(Crumb(_("Yearly checks"))),
        "lines": [_line(each, names) for each in shown],
        "pager": pager(request.GET, cursor=str(shown[-1].id) if len(found) > PAGE else None),
        "may_draw": may_draw,
        "year": year,
        "years": choices(
            ((str(each), str(each)) for each in range(on.year, on.year - YEARS, -1)),
            current=str(year),
        ),
        "frames": [(each.organization, _frame_words(each.organization, each.count, names)) for each in frames],
        "rule": queries.rule(on=on),
    }  # fmt: skip
    return render(request, "workload/checks.html", context)


def _frame_words(organization: int, count: int, names: dict[int, str]) -> str:
    said = ngettext("%(count)s visit", "%(count)s visits", count) % {"count": count}
    return f"{names.get(organization, organization)} · {said}"


def _after(request: PortalRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("after", ""))
    except ValueError:
        return None


def _year(request: PortalRequest, present: int) -> int:
    text = request.GET.get("year", "")
    year = int(text) if text.isdecimal() and len(text) == 4 else present
    return year if present - YEARS < year <= present else present


@require_POST
@signed_in
def draw(request: PortalRequest) -> HttpResponse:
    """Draw the sample of an institution's year."""
    year, organization = (request.POST.get(each, "") for each in ("year", "organization"))
    if not (year.isdecimal() and organization.isdecimal() and len(organization) < 19):
        messages.error(request, _("Choose an institution and a year."))
        return redirect("checks")
    try:
        id = actions.draw(
            organization=int(organization),
            year=int(year[:4]),
            seed=request.POST.get("seed", ""),
            actor=request.actor,
            at=request.at,
        )
    except Conflict as error:
        messages.error(request, words_of(error))
        return redirect("checks")
    messages.success(request, _("The sample is drawn. Its seed is kept with it."))
    return redirect("checks-one", id)


@require_safe
@signed_in
def check(request: PortalRequest, check_id: UUID) -> HttpResponse:
    """Show a check with its records."""
    actor, at = request.actor, request.at
    found = queries.get_check(check_id, actor=actor, at=at)
    records = queries.records_of(check_id, actor=actor, at=at)
    names = dict(reach.institution_names([found.organization]))
    is_own = is_permitted(actor, ANSWER) and found.organization in reach.institutions(actor)
    line = _line(found, names)
    context = {
        "crumbs": trail(
            Crumb(_("Yearly checks"), "/work-checks/"), Crumb(f"{line.organization} {line.year}")
        ),
        "check": found,
        "line": line,
        "records": [_record(each, request, opens=is_own) for each in records],
        "may_judge": found.is_open and is_permitted(actor, CHECK) and not is_own,
        "may_answer": found.is_open and is_own,
        "verdicts": [(each.value, _label(each)) for each in Verdict],
        "counts": [(_label(each), found.found[each], TONES[each]) for each in Verdict],
    }
    return render(request, "workload/check.html", context)


def _record(found: Sampled, request: PortalRequest, *, opens: bool) -> Record:
    on = legal_day(request.at)
    line = visits.line(found.visit, on=on)
    return Record(
        number=found.number,
        programme=catalogue.programme_title(found.visit.programme, on=on),
        visit=line,
        verdict=found.verdict.value if found.verdict else "",
        verdict_label=_label(found.verdict) if found.verdict else "",
        tone=TONES[found.verdict] if found.verdict else "",
        note=found.note,
        answer=found.answer,
        address=line.address if opens else "",
    )


@require_POST
@signed_in
def judge(request: PortalRequest, check_id: UUID, number: int) -> HttpResponse:
    """Write down what was found in a record."""
    try:
        actions.judge(
            check_id=check_id,
            number=number,
            verdict=request.POST.get("verdict", ""),
            note=request.POST.get("note", ""),
            actor=request.actor,
            at=request.at,
        )
    except (Incorrect, Conflict) as error:
        messages.error(request, words_of(error))
    return redirect(f"/work-checks/{check_id}/#record-{number}")


@require_POST
@signed_in
def answer(request: PortalRequest, check_id: UUID, number: int) -> HttpResponse:
    """Write down what the team says to a record."""
    try:
        actions.answer(
            check_id=check_id,
            number=number,
            text=request.POST.get("text", ""),
            actor=request.actor,
            at=request.at,
        )
    except (Incorrect, Conflict) as error:
        messages.error(request, words_of(error))
    return redirect(f"/work-checks/{check_id}/#record-{number}")


@require_POST
@signed_in
def close(request: PortalRequest, check_id: UUID) -> HttpResponse:
    """End a check."""
    version = request.POST.get("version", "")
    try:
        actions.close(
            check_id=check_id,
            expected_version=int(version) if version.isdecimal() else 0,
            actor=request.actor,
            at=request.at,
        )
        messages.success(request, _("The check is closed; the year's points are reduced by it."))
    except Conflict as error:
        messages.error(request, words_of(error))
    return redirect("checks-one", check_id)
