"""Who infected whom: a figure, the same as a table, and the links that epidemiologists assert."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tracing import actions, queries, rules
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.tracing import asking, wording
from kangmai.portal.tracing.figure import day_of, figure
from kangmai.portal.venues.wording import order_line
from kangmai.standards.calendars import legal_day


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
        "cases": [(case.id, case.number) for case in found.cases],
        "evidence": [(id, wording.named(each, id)) for id, each in evidence.items()],
    }
    return render(request, "tracing/tree.html", context)


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
