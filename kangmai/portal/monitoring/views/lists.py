"""Cards by kind and by what they wait for, deaths whose card is to come, cases for experts, lines without names."""

import csv
import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.kernel.actor import is_permitted, require
from kangmai.portal.messages.presenters import language
from kangmai.portal.monitoring import wording
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking
from kangmai.programmes.monitoring import queries, rules
from kangmai.programmes.monitoring.types import Awaited, CardRule, Line, Listed, Show
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

READ, REPORT, CHECK, ASSESS = "monitoring.read", "monitoring.report", "monitoring.check", "monitoring.assess"  # fmt: skip
PAGE = 20


@require_safe
@signed_in
def monitoring(request: PortalRequest) -> HttpResponse:
    """List cards by what they wait for; to an expert the deaths that wait for his opinion."""
    if not is_permitted(request.actor, ASSESS):
        require(request.actor, READ)
    on = legal_day(request.at)
    context: dict[str, Any] = {"crumbs": trail(Crumb(_("Maternal and child monitoring")))}
    if is_permitted(request.actor, READ):
        context |= _listed(request, on)
    if is_permitted(request.actor, ASSESS):
        context |= {"may_assess": True, "cases": _cases(request, on)}
    return render(request, "monitoring/list.html", context)


def _cases(request: PortalRequest, on: datetime.date) -> list[dict[str, Any]]:
    return [
        {
            "id": each.id,
            "case": str(each.card)[-6:].upper(),
            "kind": rules.rule(each.kind, on=on).title.in_language(language()),
            "level": wording.level(each.level),
            "meets": words.day(each.meets_on),
            "is_late": each.meets_on < on,
        }
        for each in queries.reviews_to_assess(actor=request.actor)
    ]


def _listed(request: PortalRequest, on: datetime.date) -> dict[str, Any]:
    kinds = rules.rules_on(on)
    said, wanted = request.GET.get("show", ""), request.GET.get("kind", "")
    of = next((each for each in kinds if each.id == wanted), kinds[0])
    shown = Show(said) if said in [each.value for each in Show] else Show.WAITING
    number = request.GET.get("number", "").strip().upper()
    after = asking.uuid_of(request.GET.get("after", ""))
    found = queries.search_cards(kind=of.id, show=shown, number=number, after=after, limit=PAGE, actor=request.actor)  # fmt: skip
    counts = queries.count_cards(kind=of.id, actor=request.actor)
    waiting = queries.awaited(kind=of.id, actor=request.actor) if of.awaits else []
    houses = {each.organization for each in found} | {each.organization for each in waiting}
    names = registry.names_by_id(ids=houses, language=language())
    return {
        "may_read": True,
        "kinds": [(each.id, each.title.in_language(language()), each is of) for each in kinds],
        "kind": of.id,
        "kind_title": of.title.in_language(language()),
        "is_verified": of.is_verified,
        "tabs": [(each.value, wording.show(each), counts[each], each is shown) for each in Show],
        "show": shown.value,
        "number": number,
        "rows": [_row(each, of, names) for each in found],
        "awaited": [_awaited(request, each, names, on) for each in waiting],
        "pager": pager(request.GET, cursor=str(found[-1].id) if len(found) == PAGE else None),
        "may_report": is_permitted(request.actor, REPORT),
        "may_check": is_permitted(request.actor, CHECK),
        "from": on.replace(month=1, day=1).isoformat(),
        "to": on.isoformat(),
    }


def _row(of: Listed, kind: CardRule, names: dict[int, str]) -> dict[str, Any]:
    label, tone = wording.state(of.state)
    return {
        "id": of.id,
        "name": of.name,
        "number": of.number,
        "day": words.day(of.event_on),
        "codes": words.joined(wording.title(kind.listed, each) for each in of.codes),
        "is_counted": of.is_counted,
        "is_late": of.is_late,
        "label": label,
        "tone": tone,
        "institution": names.get(of.organization, ""),
        "place": area.name_of(of.place_code),
    }


def _awaited(
    request: PortalRequest, of: Awaited, names: dict[int, str], on: datetime.date
) -> dict[str, Any]:
    """A death on a certificate; its institution may write the card from here."""
    is_own = queries.works_at(request.actor, of.organization) and is_permitted(request.actor, REPORT)  # fmt: skip
    return {
        "day": words.day(of.died_on),
        "due": words.day(of.due_on),
        "is_late": of.due_on < on,
        "why": wording.why(of.why),
        "institution": names.get(of.organization, ""),
        "place": area.name_of(of.place_code),
        "certificate": of.certificate if is_own else "",
    }


@require_safe
@signed_in
def lines(request: PortalRequest) -> HttpResponse:
    """Hand out the cards of a kind and period without names."""
    require(request.actor, CHECK)
    on = legal_day(request.at)
    of = rules.rule(request.GET.get("kind", ""), on=on)
    from_on = asking.read_day(request.GET.get("from", ""), _("From")) or on.replace(month=1, day=1)
    to_on = asking.read_day(request.GET.get("to", ""), _("To")) or on
    found = queries.line_list(kind=of.id, from_on=from_on, to_on=to_on, actor=request.actor)
    names = registry.names_by_id(ids={each.organization for each in found}, language=language())
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{of.id}.csv"'
    writer = csv.writer(answer)
    kept = [each.fact.name for each in of.answers if each.is_kept]
    writer.writerow([_("Number"), _("Day"), _("Division"), _("Institution"), _("What"), "ICD-10", *kept, _("Counts"), _("State")])  # fmt: skip
    for each in found:
        writer.writerow(_cells(each, of, kept, names))
    return answer


def _cells(each: Line, of: CardRule, kept: list[str], names: dict[int, str]) -> list[object]:
    prefixes = {one.id: " ".join(one.prefixes) for one in of.listed}
    return [
        each.number,
        each.event_on.isoformat(),
        area.path(each.place_code),
        names.get(each.organization, ""),
        words.joined(wording.title(of.listed, code) for code in each.codes),
        " ".join(filter(None, (prefixes.get(code, "") for code in each.codes))),
        *(each.kept.get(name, "") for name in kept),
        _("yes") if each.is_counted else _("no"),
        wording.state(each.state)[0],
    ]
