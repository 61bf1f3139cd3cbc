"""A grid worker registers, door by door, who lives in his cells."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kangmai.epidemic.grid import queries as grid
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import actions
from kangmai.epidemic.venues.types import PersonFacts
from kangmai.kernel.actor import require
from kangmai.kernel.errors import Conflict, Incorrect, NotFound
from kangmai.portal.grid import wording
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.venues.views.phone import DOCUMENTS, card, facts_of
from kangmai.portal.venues.wording import order_line

CELLS = "venues.cells"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@awake(Purpose.REGISTRATION)
def register(request: PortalRequest) -> HttpResponse:
    """Show the form; a POST registers somebody, shows the pass, and keeps door and phone for the next of the household."""
    require(request.actor, CELLS)
    fault, made = "", None
    given = request.POST.dict()
    if request.method == "POST":
        try:
            facts: PersonFacts = facts_of(given)
            person = actions.register_in_cell(
                cell=given.get("cell", ""), facts=facts, actor=request.actor, at=request.at
            )
            made = card(person, request.at)
            given = {name: given.get(name, "") for name in ("cell", "address", "phone")}
            messages.success(request, _("Registered. Hand over the pass on paper or on a card."))
        except (Incorrect, NotFound, Conflict) as error:
            fault = words_of(error)
    cells = grid.own_cells(actor=request.actor, at=request.at)
    names = wording.short_cells(cells)
    context = {
        "crumbs": trail(
            Crumb(_("Tasks of the grid"), reverse("grid")), Crumb(_("Register residents"))
        ),
        "order": order_line(Purpose.REGISTRATION, request.at),
        "fault": fault,
        "given": given,
        "made": made,
        "documents": DOCUMENTS,
        "cells": choices([(each, names[each]) for each in cells], current=given.get("cell", "")),
    }
    return render(request, "grid/register.html", context, status=400 if fault else 200)
