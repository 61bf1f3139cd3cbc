"""Who infected whom and where: a figure, a map, the same as tables, and the links that epidemiologists assert."""

from collections import Counter

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tracing import actions, queries, rules
from kangmai.epidemic.tracing.types import Tree
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.surveillance.figures import event_map
from kangmai.portal.tracing import asking, wording
from kangmai.portal.tracing.figure import day_of, figure
from kangmai.portal.venues.wording import order_line
from kangmai.standards.calendars import legal_day

TOWN_DIGITS = 9


@require_safe
@signed_in
@awake(Purpose.TRACING)
def tree(request: PortalRequest) -> HttpResponse:
    """Show the tree of the actor's cases."""
    actor, at = request.actor, request.at
    found = queries.tree(actor=actor, at=at)
    evidence = rules.rule(on=legal_day(at)).evidence
    numbers = {case.id: case.number for case in found.cases}
    infector = {link.to_case: link for link in found.links}
    context = {
        "crumbs": trail(Crumb(_("Tracing"), reverse("tracing")), Crumb(_("Transmission tree"))),
        "order": order_line(Purpose.TRACING, at),
        "figure": figure(found) if found.cases else None,
        "rows": [
            {
                "case": case,
                "day": words.day(day_of(case)),
                "place": area.path(case.place_code),
                "depth": found.depth[case.id],
                "link": (link := infector.get(case.id)),
                "by": numbers.get(link.from_case, "") if link else "",
                "evidence": wording.named(evidence.get(link.evidence), link.evidence)
                if link
                else "",
            }
            for case in found.cases
        ],
        **_places(request, found),
        "cases": [(case.id, case.number) for case in found.cases],
        "evidence": [(id, wording.named(each, id)) for id, each in evidence.items()],
    }
    return render(request, "tracing/tree.html", context)


def _places(request: PortalRequest, found: Tree) -> dict[str, object]:
    """The map of towns with cases and of infections between them, and the towns in numbers."""
    lines = queries.towns(actor=request.actor, at=request.at)
    town = {case.id: case.place_code[:TOWN_DIGITS] for case in found.cases}
    ways = Counter((town[link.from_case], town[link.to_case]) for link in found.links)
    home = area.home_city(request.actor)
    by_town = {line.code: line.cases for line in lines if line.cases}
    return {
        "map": event_map(by_town, city_code=home.root.code, infections=ways) if home else None,
        "towns": [
            {
                "line": line,
                "name": area.path(line.code) if line.code else _("Home not known"),
                "here": ways[line.code, line.code],
                "from_elsewhere": sum(
                    n for (a, b), n in ways.items() if b == line.code and a != line.code
                ),
            }
            for line in lines
        ],
    }


@require_POST
@signed_in
@awake(Purpose.TRACING)
def change_tree(request: PortalRequest) -> HttpResponse:
    """Assert a link, or withdraw one."""
    given, actor, at = request.POST, request.actor, request.at
    try:
        if given.get("do") == "withdraw":
            actions.withdraw_link(
                link_id=asking.uuid(given.get("link", ""), "link"), reason=given.get("reason", ""), actor=actor, at=at
            )  # fmt: skip
        else:
            actions.assert_link(
                from_case=asking.uuid(given.get("from", ""), "from"), to_case=asking.uuid(given.get("to", ""), "to"),
                evidence=given.get("evidence", ""), note=given.get("note", ""), actor=actor, at=at,
            )  # fmt: skip
        asking.written(request)
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("tracing-tree")
