"""Who infected whom in an event: the figure, the same as a table, and the form of a link."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.epidemic.surveillance import actions, queries, rules
from kangmai.epidemic.surveillance.errors import ValueMissing
from kangmai.epidemic.surveillance.types import CaseClass, Certainty, Exposure
from kangmai.kernel.actor import is_permitted
from kangmai.portal.access.names import account_names
from kangmai.portal.shell.breadcrumbs import Crumb
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.surveillance import event_rows, figures, posted, situations, wording
from kangmai.portal.surveillance.views.line_list import trail_to


@require_safe
@signed_in
def spread(request: PortalRequest, outbreak_id: UUID) -> HttpResponse:
    """Show the asserted links of an event."""
    actor, at = request.actor, request.at
    found = queries.get_outbreak(outbreak_id, actor=actor)
    forest = queries.spread(outbreak_id, actor=actor)
    asserted = queries.links_of(outbreak_id, actor=actor)
    people = account_names((each.account for each in asserted.values()), actor)
    may_write = is_permitted(actor, "signals.work", found.area_code) and found.state in rules.EVENTS
    lines = queries.lines(outbreak_id, actor=actor, at=at) if may_write else ()
    context = {
        "crumbs": trail_to(found, Crumb(_("Who infected whom"))),
        "event": found,
        "forest": forest,
        "tree": figures.tree(forest),
        "links": event_rows.links(forest, asserted, people),
        "roots": wording.joined(map(str, forest.roots)),
        "chain_length": max(forest.by_generation, default=-1) + 1,
        "mean_interval": situations.days(forest.mean_interval_days),
        "most": forest.most_infected[:5],
        "may_write": may_write,
        "choices": [
            (each.number, f"{each.number} {each.facts.name}".strip())
            for each in lines
            if each.facts.case_class is not CaseClass.NOT_A_CASE
        ],
        "exposures": event_rows.exposures(of_link=True),
        "certainties": [(each.value, wording.certainty(each)) for each in Certainty],
    }
    return render(request, "surveillance/spread.html", context)


@require_POST
@signed_in
def link(request: PortalRequest, outbreak_id: UUID) -> HttpResponse:
    """Assert a link, or take one back."""
    posted.done(request, lambda: _link(request, outbreak_id))
    return redirect("event-spread", outbreak_id)


def _link(request: PortalRequest, outbreak_id: UUID) -> None:
    post = request.POST
    infected = posted.number(post, "infected")
    if infected is None:
        raise ValueMissing(what="infected / 被传染者")
    usual: dict[str, Any] = {
        "outbreak_id": outbreak_id,
        "infected": infected,
        "actor": request.actor,
        "at": request.at,
    }
    if post.get("do") == "unlink":
        actions.unlink(**usual)
        return
    infector = posted.number(post, "infector")
    if infector is None:
        raise ValueMissing(what="infected by / 传染者")
    actions.link(
        infector=infector,
        basis=next((e for e in Exposure if e.value == post.get("basis")), Exposure.OTHER),
        certainty=next(
            (e for e in Certainty if e.value == post.get("certainty")), Certainty.POSSIBLE
        ),
        note=post.get("note", ""),
        **usual,
    )
