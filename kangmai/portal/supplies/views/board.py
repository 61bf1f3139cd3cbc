"""The board of days of supply by county, town and institution, and what expires."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.epidemic.supplies import queries, rules
from kangmai.epidemic.supplies.types import Cell, Rule, UnitLine
from kangmai.kernel.actor import is_permitted, require
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.supplies import asking, wording
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import city, city_code_of, find_division

READ, PLAN = "supplies.read", "supplies.plan"
SPANS = (30, 90, 180, 365)
MOST_SILENT = 60


@require_safe
@signed_in
def board(request: PortalRequest) -> HttpResponse:
    """Show how long each part of an area lasts; who keeps a store and sees no other goes there."""
    actor, on = request.actor, legal_day(request.at)
    require(actor, READ)
    kept = queries.kept_institutions(actor=actor)
    chosen = request.GET.get("area", "") or asking.first_area(actor)
    only_short = request.GET.get("only") == "short"
    found = rules.rule(on=on)
    shown = queries.board(
        area=chosen, on=on, actor=actor, only_short=only_short, after=request.GET.get("after", "")
    )
    if "area" not in request.GET and kept and shown.whole.institutions <= 1:
        return redirect("supplies-store", kept[0])
    ids = [int(each.unit) for each in shown.lines if each.is_institution]
    names = registry.names_by_id(ids=ids, language=language())
    expiring_lots = queries.expiring(
        area=chosen, on=on, within_days=found.expiring_days, limit=99, actor=actor
    )
    context = {
        "crumbs": trail(*way(chosen, actor_first=asking.first_area(actor))),
        "area": chosen,
        "place": area.path(chosen),
        "items": [each.short.in_language(language()) for each in found.key_items],
        "whole": line(shown.whole, names, found),
        "lines": [line(each, names, found) for each in shown.lines],
        "only_short": only_short,
        "expiring": f"{len(expiring_lots.rows)}{'+' if expiring_lots.next else ''}",
        "expiring_days": found.expiring_days,
        "reserve_days": found.reserve_days,
        "open_transfers": queries.open_transfers(actor=actor),
        "may_plan": is_permitted(actor, PLAN),
        "kept": kept[0] if kept else None,
        **_silent(chosen, request),
        "pager": pager(request.GET, cursor=shown.next or None),
        "source": found.source,
        "is_verified": found.is_verified,
    }
    return render(request, "supplies/board.html", context)


def _silent(chosen: str, request: PortalRequest) -> dict[str, object]:
    """Who should keep a store and never entered anything."""
    found = queries.silent(area=chosen, on=legal_day(request.at), actor=request.actor)
    names = registry.names_by_id(ids=found[:MOST_SILENT], language=language())
    return {
        "silent": [names.get(each, "—") for each in found[:MOST_SILENT]],
        "silent_count": words.count(len(found)),
        "silent_more": words.count(len(found) - MOST_SILENT) if len(found) > MOST_SILENT else "",
    }


def way(code: str, *, actor_first: str, here: bool = True) -> list[Crumb]:
    """The divisions from where an actor begins down to one."""
    home = city_code_of(code)
    if home is None or (found := find_division(code)) is None:
        return [Crumb(_("Supplies"))]
    above = [each for each in city(home).ancestors(found.code) if len(each.code) >= len(actor_first) and each.code >= actor_first]  # fmt: skip
    steps = [*above, found] if found.code != actor_first else []
    crumbs = [Crumb(_("Supplies"), reverse("supplies"))]
    for each in steps:
        if each.code != actor_first:
            crumbs.append(Crumb(area.name(each), f"{reverse('supplies')}?area={each.code}"))
    if here:
        crumbs[-1] = Crumb(crumbs[-1].label)
    return crumbs


def line(unit: UnitLine, names: dict[int, str], found: Rule) -> dict[str, object]:
    """A line of the board."""
    name, address = "", ""
    if unit.is_institution:
        name, address = names[int(unit.unit)], reverse("supplies-store", args=[int(unit.unit)])
    elif unit.unit:
        division = find_division(unit.unit)
        name = area.name(division) if division else unit.unit
        address = f"{reverse('supplies')}?{urlencode({'area': unit.unit})}"
    least = unit.smallest
    return {
        "name": name,
        "address": address,
        "is_institution": unit.is_institution,
        "institutions": words.count(unit.institutions),
        "smallest": found.items[least.item].short.in_language(language()) if least else "",
        "smallest_days": wording.days(least.days) if least else "",
        "tone": wording.tone(least.days, found) if least else "",
        "short_cells": words.count(unit.short_cells) if unit.short_cells else "",
        "short_institutions": words.count(unit.short_institutions),
        "unknown": words.count(unit.unknown_institutions) if unit.unknown_institutions else "",
        "cells": [cell(each.id, unit.cells.get(each.id), found) for each in found.key_items],
    }


def cell(item: str, of: Cell | None, found: Rule) -> dict[str, object]:
    """One item of a line: its days, marked where they are too few."""
    label = found.items[item].short.in_language(language())
    if of is None or of.days is None:
        return {"label": label, "days": "—", "is_short": False, "title": ""}
    unit = found.items[item].unit.in_language(language())
    title = _("%(stock)s %(unit)s, %(burn)s a day") % {
        "stock": words.count(of.usable),
        "unit": unit,
        "burn": wording.per_day(of.burn_milli),
    }
    return {
        "label": label,
        "days": words.count(of.days),
        "is_short": of.days < found.reserve_days,
        "title": title,
    }


@require_safe
@signed_in
def expiring(request: PortalRequest) -> HttpResponse:
    """Show the lots of an area that expire soon, and what of them nobody will have used."""
    actor, on = request.actor, legal_day(request.at)
    require(actor, READ)
    found = rules.rule(on=on)
    asked = request.GET.get("days", "")
    span = int(asked) if asked in map(str, SPANS) else found.expiring_days
    chosen = request.GET.get("area", "") or asking.first_area(actor)
    item = request.GET.get("item", "")
    page = queries.expiring(
        area=chosen, on=on, within_days=span, item=item, after=request.GET.get("after", ""), actor=actor
    )  # fmt: skip
    names = registry.names_by_id(ids={each.organization for each in page.rows}, language=language())
    rows = []
    for each in page.rows:
        of = found.items.get(each.held.item)
        expires_on = each.held.expires_on
        left = None if expires_on is None else (expires_on - on).days
        rows.append(
            {
                "institution": names.get(each.organization, "—"),
                "address": reverse("supplies-store", args=[each.organization]),
                "item": of.title.in_language(language()) if of else each.held.item,
                "unit": of.unit.in_language(language()) if of else "",
                "lot": each.held.lot or "—",
                "expires": words.day(expires_on),
                "is_expired": left is not None and left < 0,
                "left": wording.days(left) if left is not None and left >= 0 else "",
                "quantity": words.count(each.held.quantity),
                "left_over": None if each.left_over is None else words.count(each.left_over),
                "is_lost": bool(each.left_over),
            }
        )
    titles = [(each.id, each.title.in_language(language())) for each in found.items.values()]
    context = {
        "crumbs": trail(*way(chosen, actor_first=asking.first_area(actor), here=False), Crumb(_("Expiring"))),
        "area": chosen,
        "place": area.path(chosen),
        "rows": rows,
        "spans": choices([(str(n), wording.days(n)) for n in SPANS], current=str(span)),
        "items": choices([("", _("all items")), *titles], current=item),
        "pager": pager(request.GET, cursor=page.next or None),
    }  # fmt: skip
    return render(request, "supplies/expiring.html", context)
