"""What if: two rule versions on the visits of a year, before a change takes effect, and whom it would touch."""

import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.programmes import catalogue, reach
from kangmai.portal.programmes.wording import language
from kangmai.portal.residents.numbers import address_of
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.programmes.engine import queries
from kangmai.programmes.engine.types import Changed, Comparison, RuleFigures, RuleSet
from kangmai.standards.calendars import legal_day

COMPARE = "programmes.compare"
YEARS = 4


@require_safe
@signed_in
def compare_rules(request: PortalRequest) -> HttpResponse:
    """Show the control rate under both, the difference, and who changes sides."""
    require(request.actor, COMPARE)
    on = legal_day(request.at)
    offered = {each.id: _with_target(each.id) for each in queries.offered_programmes(on=on, actor=request.actor)}  # fmt: skip
    offered = {id: rules for id, rules in offered.items() if len(rules) > 1}
    chosen = _chosen(request, offered, on)
    context: dict[str, Any] = {
        "crumbs": trail(Crumb(_("Compare rules"))),
        "programmes": choices(
            [(id, catalogue.programme_title(id, on=on)) for id in offered], current=chosen["programme"]
        ),
        "firsts": choices(_named(offered.get(chosen["programme"], ())), current=chosen["first"]),
        "seconds": choices(_named(offered.get(chosen["programme"], ())), current=chosen["second"]),
        "years": choices([(str(on.year - n), str(on.year - n)) for n in range(YEARS)], current=str(chosen["year"])),
        "places": choices(_places(request), current=chosen["place"]),
        "year": chosen["year"],
        "place": area.path(chosen["place"]) if chosen["place"] else "",
    }  # fmt: skip
    if offered and chosen["place"]:
        try:
            context |= _compared(request, chosen)
        except KangmaiError as error:
            context["fault"] = words_of(error)
    status = 422 if "fault" in context else 200
    return render(request, "programmes/compare.html", context, status=status)


def _with_target(programme: str) -> tuple[RuleSet, ...]:
    """The rule sets that say who is at target."""
    return tuple(each for each in queries.rules_of(programme) if each.target is not None)


def _named(rules: tuple[RuleSet, ...]) -> list[tuple[str, str]]:
    return [
        (each.version, f"{each.title[language()]} · {_('from')} {each.effective_from}")
        for each in rules
    ]


def _chosen(
    request: PortalRequest, offered: dict[str, tuple[RuleSet, ...]], on: datetime.date
) -> dict[str, Any]:
    given = request.GET
    programme = given.get("programme", "")
    if programme not in offered:
        programme = next(iter(offered), "")
    versions = [each.version for each in offered.get(programme, ())]
    in_force = catalogue.rules_in_force(programme, on=on) if programme else None
    first = given.get("first", "")
    if first not in versions:
        first = (
            in_force.version if in_force and in_force.version in versions else "".join(versions[:1])
        )
    second = given.get("second", "")
    if second not in versions:
        second = next((each for each in versions if each != first), first)
    year = given.get("year", "")
    known = dict(_places(request))
    place = given.get("place", "")
    return {
        "programme": programme,
        "first": first,
        "second": second,
        "year": int(year) if year.isdecimal() and len(year) == 4 else on.year,
        "place": place if place in known else next(iter(known), ""),
    }  # fmt: skip


def _places(request: PortalRequest) -> list[tuple[str, str]]:
    """The own division first, then those below it."""
    own = reach.home(request.actor)
    if own is None:
        return []
    return [(own.code, area.name(own)), *reach.places(request.actor)]


def _compared(request: PortalRequest, chosen: dict[str, Any]) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "programme_id": chosen["programme"],
        "rules": (chosen["first"], chosen["second"]),
        "year": chosen["year"],
        "place": chosen["place"],
    }
    found = queries.compare(**asked, actor=request.actor)
    may_name = is_permitted(request.actor, "programmes.read") and is_permitted(request.actor, "identity.search")  # fmt: skip
    context = {
        "sides": [_side(each, chosen["programme"]) for each in (found.first, found.second)],
        "difference": _difference(found),
        "found": found,
        "may_name": may_name,
    }
    if not may_name:
        return context
    page = queries.changed(
        **asked, after=request.GET.get("after", ""), actor=request.actor, at=request.at
    )
    on = legal_day(request.at)
    return context | {
        "rows": [_row(each, chosen["programme"], on) for each in page.rows],
        "pager": pager(request.GET, cursor=page.next or None),
    }


def _side(figures: RuleFigures, programme: str) -> dict[str, Any]:
    rules = catalogue.rules_named(programme, figures.rule_version)
    return {
        "title": rules.title[language()] if rules else figures.rule_version,
        "from": rules.effective_from if rules else "",
        "is_verified": figures.is_verified,
        "rate": "—" if figures.rate is None else f"{figures.rate} %",
        "met": words.count(figures.met),
        "not_met": words.count(figures.not_met),
        "not_seen": words.count(figures.not_seen),
        "managed": words.count(figures.managed),
    }


def _difference(found: Comparison) -> str:
    """By how many points the rate would change."""
    if found.first.rate is None or found.second.rate is None:
        return ""
    return f"{found.second.rate - found.first.rate:+}".replace("-", "−")


def _row(each: Changed, programme: str, on: datetime.date) -> dict[str, Any]:
    return {
        "name": each.who.name,
        "address": reverse("enrolment", args=[each.who.id]),
        "resident": address_of(each.who.index_number),
        "place": area.path(each.who.place_code),
        "day": words.day(each.visited_on),
        "value": catalogue.headline(programme, each.measures, on=on, service=each.service),
        "loses": each.loses,
    }
