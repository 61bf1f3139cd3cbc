"""The line list of an event: written, taken over from report cards, corrected, as CSV."""

import csv
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.epidemic.surveillance import actions, queries, rules
from kangmai.epidemic.surveillance.types import CaseClass, LineFacts, Outbreak
from kangmai.kernel.actor import NotPermitted, is_permitted
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.surveillance import event_rows, posted
from kangmai.standards.calendars import legal_day

COLUMNS = (
    "number", "name", "phone", "sex", "age", "unit", "home", "onset", "class", "outcome", "infected_by",
    "link_basis", "link_certainty", "report_card",
)  # fmt: skip


@require_safe
@signed_in
def line(request: PortalRequest, outbreak_id: UUID, number: int) -> HttpResponse:
    """Show one line, to be corrected."""
    actor, at = request.actor, request.at
    found = queries.get_outbreak(outbreak_id, actor=actor)
    each = queries.get_line(outbreak_id, number, actor=actor, at=at)
    context = {
        "crumbs": trail_to(found, Crumb(_("Line %(n)s") % {"n": number})),
        "event": found,
        "today": legal_day(at).isoformat(),
        "may_write": is_permitted(actor, "signals.work", found.area_code)
        and found.state in rules.EVENTS,
        **event_rows.line_form(found, actor, each),
    }
    return render(request, "surveillance/line.html", context)


@require_POST
@signed_in
def person(request: PortalRequest, outbreak_id: UUID) -> HttpResponse:
    """Add a line to the list, or correct one."""
    number = request.POST.get("number", "")
    is_done = posted.done(request, lambda: _person(request, outbreak_id))
    if number.isdecimal() and not is_done:
        return redirect("event-line", outbreak_id, int(number))
    return redirect(f"/events/{outbreak_id}/#lines")


@require_POST
@signed_in
def take(request: PortalRequest, outbreak_id: UUID) -> HttpResponse:
    """Take the report cards behind the event into its list."""

    def deed() -> None:
        numbers.extend(
            actions.take_cases(outbreak_id=outbreak_id, actor=request.actor, at=request.at)
        )

    numbers: list[int] = []
    posted.done(request, deed, _("The report cards stand in the list now."))
    return redirect(f"/events/{outbreak_id}/#lines")


@require_safe
@signed_in
def lines_csv(request: PortalRequest, outbreak_id: UUID) -> HttpResponse:
    """The line list with its own columns; only for those who work on the event."""
    actor, at = request.actor, request.at
    found = queries.get_outbreak(outbreak_id, actor=actor)
    if not is_permitted(actor, "signals.work", found.area_code):
        raise NotPermitted(permission="signals.work")
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{found.reference}-lines.csv"'
    writer = csv.writer(answer)
    writer.writerow([*COLUMNS, *found.columns])
    for each in queries.lines(outbreak_id, actor=actor, at=at):
        facts, link = each.facts, each.link
        writer.writerow(
            [each.number, plain(facts.name), plain(facts.phone), facts.sex, facts.age_years, plain(facts.unit),
             facts.area_code, facts.onset_on, facts.case_class.value, plain(facts.outcome), facts.infected_by,
             link.basis.value if link else "", link.certainty.value if link else "", facts.case_id,
             *(plain(facts.own.get(column, "")) for column in found.columns)]
        )  # fmt: skip
    return answer


def trail_to(found: Outbreak, *more: Crumb) -> tuple[Crumb, ...]:
    """The way to an event and on."""
    return trail(
        Crumb(_("Early warning"), "/signals/"),
        Crumb(_("Events"), "/events/"),
        Crumb(found.reference, f"/events/{found.id}/"),
        *more,
    )


def plain(text: str) -> str:
    """Text that a table program does not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def _person(request: PortalRequest, outbreak_id: UUID) -> None:
    post = request.POST
    found = queries.get_outbreak(outbreak_id, actor=request.actor)
    number = posted.number(post, "number")
    usual: dict[str, Any] = {"outbreak_id": outbreak_id, "actor": request.actor, "at": request.at}
    if number is None:
        actions.add_line(facts=_facts(request, found, ""), **usual)
        return
    standing = queries.get_line(outbreak_id, number, actor=request.actor, at=request.at)
    actions.change_line(
        number=number,
        facts=_facts(request, found, standing.facts.case_id),
        expected_version=posted.version(post),
        **usual,
    )


def _facts(request: PortalRequest, found: Outbreak, case_id: str) -> LineFacts:
    post = request.POST
    return LineFacts(
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
        case_id=case_id,
        area_code=post.get("home", ""),
        infected_by=posted.number(post, "infected_by"),
        own={
            column: post.get(f"own-{n}", "").strip()[:200] for n, column in enumerate(found.columns)
        },
    )
