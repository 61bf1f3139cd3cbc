"""Commitments: the list, one with its progress and evidence, the statement of a year."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kangmai.analytics import queries as analytics
from kangmai.analytics.rules import find_target, get_indicator
from kangmai.documents.types import Format
from kangmai.governance.reporting import actions, queries, rules
from kangmai.governance.reporting.errors import (
    CommitmentIncomplete,
    MilestoneUnreadable,
    ProofIncomplete,
)
from kangmai.governance.reporting.types import Commitment, Kind, Progress, Standing
from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.ids import OrganizationId
from kangmai.portal.indicators import asking, finding, presenters
from kangmai.portal.indicators.asking import Asked
from kangmai.portal.messages.presenters import language
from kangmai.portal.reporting import wording
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.supplies.asking import complain, day, key, number, written
from kangmai.registry import queries as registry
from kangmai.registry.types import OrganizationKind
from kangmai.standards.calendars import legal_day
from kangmai.standards.periods import parse_period

KEEP, REPORT = "commitments.keep", "commitments.report"
FIGURES, PUBLISHED = "indicators.read", "indicators.published"
BEHIND = (Standing.BEHIND, Standing.OVERDUE)
OWNERS = 200
LONGEST_STEP = 200
OWNING = (
    OrganizationKind.BUREAU,
    OrganizationKind.CDC,
    OrganizationKind.HOSPITAL,
    OrganizationKind.MATERNAL_CHILD,
    OrganizationKind.TOWNSHIP_HOSPITAL,
    OrganizationKind.COMMUNITY_CENTRE,
)
TYPES = {
    "html": (Format.HTML, "text/html; charset=utf-8"),
    "pdf": (Format.PDF, "application/pdf"),
    "docx": (
        Format.DOCX,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "xlsx": (Format.XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def _crumbs(*more: Crumb) -> tuple[Crumb, ...]:
    return trail(Crumb(_("Commitments"), reverse("commitments") if more else ""), *more)


@require_safe
@signed_in
def commitments(request: PortalRequest) -> HttpResponse:
    """Show the commitments by their day, or only those behind."""
    year = _year(request)
    found, following = queries.commitments(
        year=year, after=request.GET.get("after", ""), actor=request.actor
    )
    names = registry.names_by_id(ids={each.owner for each in found}, language=language())
    rows = [_row(each, queries.progress(each, at=request.at), names) for each in found]
    only = request.GET.get("show", "")
    shown = [row for row in rows if only != "behind" or row["standing"] in BEHIND]
    context = {
        "crumbs": _crumbs(),
        "rows": shown,
        "behind": sum(row["standing"] in BEHIND for row in rows),
        "year": year,
        "years": choices([(str(n), str(n)) for n in range(year - 2, year + 3)], current=str(year)),
        "shows": choices([("", _("all")), ("behind", _("behind target"))], current=only),
        "files": [(kind.upper(), f"{reverse('commitments-statement', args=[kind])}?year={year}") for kind in TYPES],
        "may_keep": is_permitted(request.actor, KEEP),
        "pager": pager(request.GET, cursor=following or None),
    }  # fmt: skip
    return render(request, "reporting/commitments.html", context)


def _year(request: PortalRequest) -> int:
    text = request.GET.get("year", "")
    is_year = text.isascii() and text.isdecimal() and 2000 <= int(text) <= 2100
    return int(text) if is_year else legal_day(request.at).year


def _row(of: Commitment, now: Progress, names: dict[int, str]) -> dict[str, Any]:
    text, tone = wording.standing(now.standing)
    target, reached, address, goal = "", f"{now.done} / {now.of}", "", None
    if of.kind is Kind.INDICATOR and of.period is not None and of.target is not None:
        rule = get_indicator(of.indicator, period=of.period)
        target = rules.printed(of.target, rule, language())
        value = now.figure.value if now.figure else None
        reached = rules.printed(value, rule, language()) if value is not None else _("no figure")
        goal = find_target(rule, period=of.period, area=of.area)
        address = Asked(of.area, of.period, None).address("indicator-card", rule.id)
    return {
        "id": of.id,
        "title": of.title,
        "owner": names.get(of.owner, ""),
        "due_on": of.due_on.isoformat(),
        "days_left": now.days_left,
        "target": target,
        "reached": reached,
        "goal": f"{rules.printed(goal.value, rule, language())} · {goal.source}" if goal else "",
        "address": address,
        "standing": now.standing,
        "state": text,
        "tone": tone,
        "is_invented": of.is_invented,
        "late": now.late,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: PortalRequest) -> HttpResponse:
    """Show the form of a new commitment; a POST writes it down."""
    require(request.actor, KEEP)
    given = request.POST
    fault = ""
    if request.method == "POST":
        try:
            made = _committed(request)
        except KangmaiError as error:
            fault = words_of(error)
        else:
            written(request)
            return redirect("commitment", made.id)
    own = asking.first_area(request.actor)
    every = analytics.indicators(on=legal_day(request.at))
    context = {
        "crumbs": _crumbs(Crumb(_("New commitment"))),
        "fault": fault,
        "given": given,
        "key": given.get("key") or uuid4(),
        "owners": choices(_owners(request), current=given.get("owner", "")),
        "groups": finding.by_group(every, current=given.get("indicator", "")),
        "periods": choices([(asking.written(e), asking.named(e)) for e in asking.periods(request.at, None)], current=given.get("period", "")),
        "area": own,
        "area_name": presenters.area_name(own),
        "year": legal_day(request.at).year,
    }  # fmt: skip
    return render(request, "reporting/commitment_new.html", context)


def _owners(request: PortalRequest) -> list[tuple[str, str]]:
    """Institutions that may own a commitment: bureaus, disease control and hospitals first, by name."""
    found: list[OrganizationId] = []
    for kind in OWNING:
        page = registry.search_organizations(kind=kind, limit=OWNERS, actor=request.actor)
        found += [each.id for each in page.rows]
    names = registry.names_by_id(ids=found, language=language())
    return [(str(id), names[id]) for id in found]


def _committed(request: PortalRequest) -> Commitment:
    given = request.POST
    due_on = day(given.get("due_on", ""), _("By"))
    owner = given.get("owner", "")
    if due_on is None or not owner.isdecimal():
        raise CommitmentIncomplete(missing=_("day and owner"))
    indicator = given.get("indicator", "")
    return actions.commit(
        title=given.get("title", ""), area=given.get("area", "") or asking.first_area(request.actor),
        year=due_on.year, owner=int(owner), due_on=due_on, source=given.get("source", ""), indicator=indicator,
        period=parse_period(given["period"]) if indicator and given.get("period") else None,
        target=_target(given), milestones=_milestones(given.get("milestones", "")),
        key=key(request), actor=request.actor, at=request.at,
    )  # fmt: skip


def _target(given: QueryDict) -> Decimal | None:
    text = str(given.get("target", "")).strip().rstrip("%")
    try:
        found = Decimal(text) if text else None
    except InvalidOperation:
        found = Decimal("NaN")
    if found is not None and (not found.is_finite() or abs(found) >= 10**12):
        raise CommitmentIncomplete(missing=_("Target value"))
    return found


def _milestones(text: str) -> list[tuple[str, date]]:
    """Lines such as `2026-06-30 名单确定`; empty ones are passed over. Raises MilestoneUnreadable."""
    lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1))
    return [_milestone(number, line) for number, line in lines if line]


def _milestone(number: int, line: str) -> tuple[str, date]:
    on, _space, title = line.replace("\u3000", " ").partition(" ")
    try:
        due = date.fromisoformat(on)
    except ValueError:
        due = None
    if due is None or not 0 < len(title.strip()) <= LONGEST_STEP:
        raise MilestoneUnreadable(number=number, line=line[:40])
    return title.strip(), due


@require_safe
@signed_in
def commitment(request: PortalRequest, commitment_id: UUID) -> HttpResponse:
    """Show a commitment with its progress, its evidence and what can be done."""
    actor = request.actor
    of = queries.get_commitment(commitment_id=commitment_id, actor=actor)
    now = queries.progress(of, at=request.at)
    names = registry.names_by_id(ids={of.owner}, language=language())
    keeps = is_permitted(actor, KEEP, of.area)
    owns = any(
        each.organization == of.owner and REPORT in each.permissions for each in actor.grants
    )
    today = legal_day(request.at)
    context = {
        "crumbs": _crumbs(Crumb(of.title)),
        "of": of,
        "row": _row(of, now, names),
        "area_name": presenters.area_name(of.area),
        "period": asking.named(of.period) if of.period else "",
        "may_open_card": is_permitted(actor, PUBLISHED) or is_permitted(actor, FIGURES, of.area),
        "frozen": reverse("indicator-frozen", args=[of.freeze])
        if of.freeze and is_permitted(actor, FIGURES, of.area)
        else "",
        "milestones": [
            (each, each.done_on is None and each.due_on < today) for each in of.milestones
        ],
        "evidence": queries.evidence_of(commitment_id=of.id, actor=actor),
        "may_report": of.standing is None and (keeps or owns),
        "may_conclude": of.standing is None and keeps,
        "today": today.isoformat(),
        "conclusions": choices(
            [(each.value, rules.STANDINGS[each][language()]) for each in (Standing.KEPT, Standing.MISSED, Standing.WITHDRAWN)],
            current="kept",
        ),
    }  # fmt: skip
    return render(request, "reporting/commitment.html", context)


@require_POST
@signed_in
def change(request: PortalRequest, commitment_id: UUID) -> HttpResponse:
    """Show evidence, finish a milestone, conclude."""
    given = request.POST
    who: dict[str, Any] = {"commitment_id": commitment_id, "actor": request.actor, "at": request.at}
    try:
        match given.get("do"):
            case "evidence":
                actions.show_evidence(text=given.get("text", ""), document=given.get("document", ""), **who)  # fmt: skip
            case "milestone":
                on = day(given.get("on", ""), _("Done on")) or legal_day(request.at)
                actions.finish_milestone(milestone_id=_id(given), proof=given.get("proof", ""), on=on, **who)  # fmt: skip
            case _:
                standing = next((each for each in Standing if each.value == given.get("standing")), Standing.UNKNOWN)  # fmt: skip
                actions.conclude(
                    standing=standing, words=given.get("words", ""),
                    expected_version=number(given.get("version", ""), "version"), **who,
                )  # fmt: skip
        written(request)
    except KangmaiError as error:
        complain(request, error)
    return redirect("commitment", commitment_id)


def _id(given: QueryDict) -> UUID:
    try:
        return UUID(str(given.get("milestone", "")))
    except ValueError:
        raise ProofIncomplete() from None


@require_safe
@signed_in
def statement(request: PortalRequest, form: str) -> HttpResponse:
    """Give the statement of a year's commitments as a file."""
    if form not in TYPES:
        raise Http404
    format, content_type = TYPES[form]
    year = _year(request)
    content = queries.statement(year=year, format=format, language=language(), actor=request.actor, at=request.at)  # fmt: skip
    answer = HttpResponse(content, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="commitments-{year}.{form}"'
    return answer
