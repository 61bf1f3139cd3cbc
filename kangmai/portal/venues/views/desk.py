"""The registration desk and the command page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import actions, queries
from kangmai.epidemic.venues.types import Origin, Refusal
from kangmai.kernel.errors import Conflict, Incorrect, NotFound
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.venues import wording
from kangmai.portal.venues.towns import towns
from kangmai.portal.venues.views.phone import DOCUMENTS, card, facts_of

PAGE = 50
DESKS = (Origin.GRID, Origin.HOTEL, Origin.PORT)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@awake(Purpose.REGISTRATION)
def people(request: PortalRequest) -> HttpResponse:
    """Who is registered in one's area; a POST registers somebody and shows the pass to hand over."""
    fault, made = "", None
    given = request.POST
    if request.method == "POST":
        try:
            origin = next(
                (each for each in DESKS if each.value == given.get("origin")), Origin.GRID
            )
            person = actions.register_person(
                facts=facts_of(given), origin=origin, actor=request.actor, at=request.at
            )
            made, given = card(person, request.at), type(given)()
            messages.success(request, _("Registered. Hand over the pass on paper or on a card."))
        except (Incorrect, NotFound, Conflict) as error:
            fault = words_of(error)
    after = request.GET.get("after", "")
    found = queries.persons(
        after=int(after) if after.isdecimal() else 0,
        limit=PAGE + 1,
        actor=request.actor,
        at=request.at,
    )
    context = {
        "crumbs": trail(
            Crumb(_("Emergency mode"), "/emergency-mode/"), Crumb(_("Registration desk"))
        ),
        "order": wording.order_line(Purpose.REGISTRATION, request.at),
        "fault": fault,
        "given": given,
        "made": made,
        "documents": DOCUMENTS,
        "towns": towns(
            Purpose.REGISTRATION,
            chosen=given.get("place_code", ""),
            actor=request.actor,
            at=request.at,
        ),
        "origins": choices(
            [(each.value, wording.origin_words(each)) for each in DESKS],
            current=given.get("origin", "grid"),
        ),
        "people": [
            {
                "card": card(each, request.at),
                "name": each.facts.name,
                "phone": words.masked(each.facts.phone, head=3, tail=4),
                "place": area.path(each.facts.place_code),
                "origin": wording.origin_words(each.origin),
                "at": words.instant(each.registered_at),
            }
            for each in found[:PAGE]
        ],
        "pager": pager(request.GET, cursor=str(found[PAGE - 1].key) if len(found) > PAGE else None),
    }
    return render(request, "venues/people.html", context, status=400 if fault else 200)


@require_safe
@signed_in
@awake(Purpose.SCANNING)
def command(request: PortalRequest) -> HttpResponse:
    """Today's counts of one's area."""
    counts = queries.counts(actor=request.actor, at=request.at)
    context = {
        "crumbs": trail(
            Crumb(_("Emergency mode"), "/emergency-mode/"),
            Crumb(pgettext("what was counted", "Counts")),
        ),
        "order": wording.order_line(Purpose.SCANNING, request.at),
        "at": words.instant(request.at),
        "tiles": [
            (_("Registered"), words.count(counts.registered)),
            (_("Venues"), words.count(counts.venues)),
            (_("Entrances"), words.count(counts.entrances)),
            (_("Scans today"), words.count(counts.scans_today)),
            (_("In the last hour"), words.count(counts.last_hour)),
            (_("Open appeals"), words.count(counts.appeals_open)),
        ],
        "answers": [
            (wording.answer_words(answer), words.count(count))
            for answer, count in sorted(counts.by_answer.items())
        ],
        "colours": [
            (wording.colour_words(colour), wording.TONES[colour], words.count(count))
            for colour, count in counts.colours.items()
        ],
        "refused": [
            (wording.refusal_words(Refusal(reason), request.at), words.count(count))
            for reason, count in counts.refused.items()
        ],
    }
    return render(request, "venues/command.html", context)
