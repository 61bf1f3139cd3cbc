"""What a resident sees of his own vaccinations, or a parent of a child's: what was given, what is to come, the certificate."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import require
from kangmai.portal.access.own import own_resident_id
from kangmai.portal.programmes import people
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import printing, telling
from kangmai.programmes.vaccination import queries
from kangmai.programmes.vaccination.types import File


@require_safe
@signed_in
def my_vaccinations(request: PortalRequest) -> HttpResponse:
    """Show the doses given, what is to come and from when, and what puts off."""
    resident, file = _own(request)
    context = {
        "crumbs": trail(Crumb(_("My vaccinations"))),
        "person": people.head(resident, at=request.at),
        **telling.told(file),
    }
    return render(request, "vaccination/own.html", context)


@require_safe
@signed_in
def my_certificate(request: PortalRequest) -> HttpResponse:
    """The certificate for nursery and school; the clinic is still to sign it."""
    resident, file = _own(request)
    return printing.as_file(resident, file, by="", actor=request.actor, at=request.at)


def _own(request: PortalRequest) -> tuple[Resident, File]:
    require(request.actor, "own.record")
    id = own_resident_id(request.actor)
    resident = identity.get_resident(id, actor=request.actor, at=request.at)
    return resident, queries.own_record(id, actor=request.actor, at=request.at)
