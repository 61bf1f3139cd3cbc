"""The growth of a child who is in a programme that measures it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.portal.programmes import catalogue, growth, people, reach
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.programmes.engine import queries
from kangmai.standards.calendars import legal_day

VISITS = 100


@require_safe
@signed_in
def enrolment_growth(request: PortalRequest, enrolment_id: UUID) -> HttpResponse:
    """Show the charts, and the same as a table."""
    reach.require_staff(request.actor)
    actor, at, on = request.actor, request.at, legal_day(request.at)
    found = queries.get_enrolment(enrolment_id, actor=actor, at=at)
    resident = people.resident(found.resident_id, actor=actor, at=at)
    visits = queries.visits_of(found.id, limit=VISITS, actor=actor, at=at)
    context = {
        "crumbs": trail(
            Crumb(_("Follow-ups"), reverse("worklist")),
            Crumb(resident.demographics.name, reverse("enrolment", args=[found.id])),
            Crumb(_("Growth")),
        ),
        "person": people.head(resident, at=at),
        "number": resident.index_number,
        "programme": catalogue.programme_title(found.programme, on=on),
        "grown": growth.grown(resident, visits, on=on),
        "width": growth.WIDTH,
        "height": growth.HEIGHT,
        "left": growth.LEFT,
        "right": growth.WIDTH - growth.RIGHT,
        "top": growth.TOP,
        "bottom": growth.HEIGHT - growth.BOTTOM,
        "label_y": growth.HEIGHT - growth.BOTTOM + 14,
        "across_y": growth.HEIGHT - 4,
    }
    return render(request, "programmes/growth.html", context)
