"""The command page of an order, on a wall, a desk and a phone; and the card behind each figure."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.epidemic.bulletin import queries, rules
from kangmai.epidemic.bulletin.types import Card
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import is_permitted
from kangmai.portal.bulletin import wording
from kangmai.portal.messages.presenters import language
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.requests import PortalRequest, signed_in

READ = "bulletin.read"
REFRESH_SECONDS = 60


@require_safe
@signed_in
@awake(Purpose.BULLETIN)
def situation(request: PortalRequest) -> HttpResponse:
    """The first order of one's places; `?wall=1` stays, so that a screen needs no order's address."""
    found = queries.my_orders(actor=request.actor, at=request.at)
    if found:
        wall = "?wall=1" if request.GET.get("wall") == "1" else ""
        return redirect(reverse("ordered-situation-order", args=[found[0].id]) + wall)
    return render(request, "bulletin/situation.html", {"crumbs": _crumbs(), "sections": [], "orders": ()})  # fmt: skip


def _crumbs(*more: Crumb) -> tuple[Crumb, ...]:
    here = Crumb(_("Command page"), reverse("ordered-situation") if more else "")
    return trail(Crumb(_("Emergency mode"), reverse("emergency")), here, *more)


@require_safe
@signed_in
@awake(Purpose.BULLETIN)
def order_situation(request: PortalRequest, order_id: UUID) -> HttpResponse:
    """All figures of an order as they stand, each with its card; `?wall=1` for a screen on a wall."""
    actor, at = request.actor, request.at
    sheet = queries.figures(order_id, actor=actor, at=at)
    orders = queries.my_orders(actor=actor, at=at)
    is_wall = request.GET.get("wall") == "1"
    context = {
        "crumbs": _crumbs(),
        "order_id": order_id,
        "is_drill": sheet.is_drill,
        "title": sheet.title,
        "statement": rules.statement(sheet, language=language()),
        "places": rules.place_names(sheet.areas, language=language()),
        "as_of": words.instant(at),
        "sections": wording.sections(sheet, rules.rule(on=sheet.rule_from), reverse("ordered-figure", args=[order_id, "FIGURE"])),
        "orders": choices([(str(e.id), f"{e.number} {e.title}") for e in orders], current=str(order_id)),
        "may_read_bulletins": is_permitted(actor, READ),
        "refresh": REFRESH_SECONDS,
    }  # fmt: skip
    return render(request, "bulletin/wall.html" if is_wall else "bulletin/situation.html", context)


@require_safe
@signed_in
@awake(Purpose.BULLETIN)
def figure(request: PortalRequest, order_id: UUID, figure_id: str) -> HttpResponse:
    """The card of a figure as it stands now."""
    found = queries.card(order_id, figure_id, actor=request.actor, at=request.at)
    back = Crumb(found.sheet.title, reverse("ordered-situation-order", args=[order_id]))
    title = found.figure.title.in_language(language())
    context = {"crumbs": _crumbs(back, Crumb(title)), "is_frozen": False, **card(found, request)}
    return render(request, "bulletin/card.html", context)


def card(found: Card, request: PortalRequest) -> dict[str, Any]:
    """A card as its page shows it."""
    of, line = found.figure, found.line
    whole = of.against.in_language(language()) if of.against else ""
    return {
        "row": wording.shown(line, of),
        "statement": rules.statement(found.sheet, language=language()),
        "counts": of.counts.in_language(language()),
        "against": whole,
        "period": _("from %(begin)s to %(end)s") % {"begin": words.instant(found.sheet.begin), "end": words.instant(found.sheet.as_of)} if of.is_flow else words.instant(found.sheet.as_of),
        "is_live": of.is_live,
        "is_outbreak": of.is_outbreak,
        "parts": [(area.path(code), wording.number(value), words.count(value.of) if value.of is not None else "") for code, value in found.parts],
        "rows": wording.rows_behind(of, request.actor),
        "source": found.source,
        "rule_from": words.day(found.sheet.rule_from),
        "is_verified": found.is_verified,
    }  # fmt: skip
