"""The plan of transfers: what it mends and why, and asking for it."""

from collections import Counter
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kangmai.epidemic.supplies import actions, queries, rules
from kangmai.epidemic.supplies.types import AreaPlan, Rule, Shipment
from kangmai.kernel.actor import require
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.supplies import asking, wording
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

PLAN = "supplies.plan"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def plan(request: PortalRequest) -> HttpResponse:
    """Show the moves that mend most with fewest; a POST asks the donors of the chosen ones to send."""
    require(request.actor, PLAN)
    if request.method == "POST":
        try:
            shipments = [_shipment(each) for each in request.POST.getlist("move")]
            actions.ask(
                shipments=shipments, reason=request.POST.get("reason", ""), key=asking.key(request),
                actor=request.actor, at=request.at,
            )  # fmt: skip
            asking.written(request)
            return redirect("supplies-transfers")
        except KangmaiError as error:
            asking.complain(request, error)
            return redirect("supplies-plan")
    chosen = request.GET.get("area", "") or asking.first_area(request.actor)
    context = {
        "crumbs": trail(Crumb(_("Supplies"), reverse("supplies")), Crumb(_("Transfer plan"))),
        "area": chosen,
        "place": area.path(chosen),
        "made": None,
        "key": uuid4(),
    }
    if request.GET.get("make"):
        on = legal_day(request.at)
        found = queries.mending(area=chosen, on=on, actor=request.actor)
        context["made"] = _shown(found, rules.rule(on=on))
    return render(request, "supplies/plan.html", context)


def _shipment(text: str) -> Shipment:
    """A move as the page wrote it: `12:7:n95=400,suit=120`. Raises FieldUnreadable."""
    donor, _colon, rest = text.partition(":")
    receiver, _colon, goods = rest.partition(":")
    items = {
        item: asking.number(quantity, _("Quantity"))
        for item, _equals, quantity in (each.partition("=") for each in goods.split(","))
    }
    return Shipment(asking.number(donor, _("Donor")), asking.number(receiver, _("Receiver")), items)


def _written(each: Shipment) -> str:
    goods = ",".join(f"{item}={quantity}" for item, quantity in each.items.items())
    return f"{each.donor}:{each.receiver}:{goods}"


def _shown(found: AreaPlan, rule: Rule) -> dict[str, object]:
    made = found.plan
    ends = {each.donor for each in made.shipments} | {each.receiver for each in made.shipments}
    names = registry.names_by_id(ids=ends, language=language())
    mended = Counter(each.organization for each in made.mended)
    lacking: Counter[str] = Counter()
    cells: Counter[str] = Counter()
    for each in made.unmended:
        lacking[each.item] += each.quantity
        cells[each.item] += 1
    return {
        "institutions": words.count(found.institutions),
        "cells": words.count(found.cells),
        "short": words.count(len(made.mended) + len(made.unmended)),
        "mended": words.count(len(made.mended)),
        "moves": words.count(made.moves),
        "bound": words.count(made.bound),
        "gap": f"{made.gap:.1%}",
        "is_best": made.moves == made.bound,
        "receivers": words.count(len(mended)),
        "rows": [_move(each, names, found, rule) for each in made.shipments],
        "lacking": [
            {
                "title": rule.items[item].title.in_language(language()),
                "quantity": words.count(quantity),
                "unit": rule.items[item].unit.in_language(language()),
                "cells": cells[item],
            }
            for item, quantity in lacking.most_common()
        ],
    }


def _move(each: Shipment, names: dict[int, str], found: AreaPlan, rule: Rule) -> dict[str, object]:
    return {
        "value": _written(each),
        "donor": names.get(each.donor, ""),
        "donor_address": reverse("supplies-store", args=[each.donor]),
        "receiver": names.get(each.receiver, ""),
        "receiver_address": reverse("supplies-store", args=[each.receiver]),
        "goods": [
            {
                "title": rule.items[item].title.in_language(language()),
                "unit": rule.items[item].unit.in_language(language()),
                "quantity": words.count(quantity),
                "before": wording.days(found.days_before.get((each.receiver, item))),
                "after": wording.days(found.days_after[each.receiver, item]),
                "keeps": _keeps(found, each.donor, item),
            }
            for item, quantity in each.items.items()
        ],
    }


def _keeps(found: AreaPlan, donor: int, item: str) -> str:
    """What the donor will last; a reserve that nobody uses there has no days."""
    days = found.days_after[donor, item]
    return wording.days(days) if days is not None else _("not in use there")
