"""What a resident decides about his record: share it, object, take the decision back, take a copy."""

from collections.abc import Iterator

import orjson
from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.access import actions
from kangmai.access import queries as access
from kangmai.access.types import ConsentKind
from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import require
from kangmai.kernel.errors import Conflict, Incorrect, NotFound
from kangmai.portal.access.own import own_resident_id
from kangmai.portal.cards import presenters
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.records import queries as records
from kangmai.registry import queries as registry
from kangmai.registry.errors import OrganizationUnknown

PAGE = 200


@require_safe
@signed_in
def my_sharing(request: PortalRequest) -> HttpResponse:
    """Show the decisions in force, and the forms for others."""
    require(request.actor, "own.consent")
    own = own_resident_id(request.actor)
    found = access.consents(resident_id=own, at=request.at, actor=request.actor)
    names = presenters.institution_names(
        {each.organization_id for each in found if each.organization_id}
    )
    rows = [
        {
            "id": each.id,
            "is_share": each.kind == ConsentKind.SHARE,
            "whom": names.get(each.organization_id or 0, "") or _("all institutions"),
            "since": words.instant(each.from_at),
            "until": words.instant(each.to_at) if each.to_at else "",
        }
        for each in found
    ]
    context = {"crumbs": trail(Crumb(_("Sharing and my data"))), "rows": rows}
    return render(request, "family/sharing.html", context)


@require_POST
@signed_in
def give(request: PortalRequest) -> HttpResponse:
    """Decide: share with one institution, or object to one or to all."""
    share = request.POST.get("kind") == ConsentKind.SHARE
    code = request.POST.get("organization", "").strip()
    try:
        actions.give_consent(
            resident_id=own_resident_id(request.actor),
            kind=ConsentKind.SHARE if share else ConsentKind.OBJECTION,
            organization_id=_organization(code, request) if code or share else None,
            actor=request.actor,
            at=request.at,
        )
    except (Incorrect, Conflict, NotFound) as error:
        messages.error(request, words_of(error))
    else:
        messages.success(request, _("It holds from now on."))
    return redirect("my-sharing")


def _organization(code: str, request: PortalRequest) -> int:
    found = registry.find_organization(code=code, actor=request.actor)
    if found is None:
        raise OrganizationUnknown(organization=code)
    return found.id


@require_POST
@signed_in
def withdraw(request: PortalRequest, consent_id: int) -> HttpResponse:
    """Take a decision back."""
    require(request.actor, "own.consent")
    try:
        actions.withdraw_consent(consent_id=consent_id, actor=request.actor, at=request.at)
    except (Incorrect, Conflict, NotFound) as error:
        messages.error(request, words_of(error))
    else:
        messages.success(request, _("The decision is taken back."))
    return redirect("my-sharing")


@require_safe
@signed_in
def copy(request: PortalRequest) -> StreamingHttpResponse:
    """Everything the city's institutions wrote about the resident, as a FHIR Bundle."""
    own = own_resident_id(request.actor)
    found = identity.get_resident(own, actor=request.actor, at=request.at)
    response = StreamingHttpResponse(_bundle(found, request), content_type="application/fhir+json")
    response["Content-Disposition"] = 'attachment; filename="my-record.json"'
    return response


def _bundle(found: Resident, request: PortalRequest) -> Iterator[bytes]:
    yield b'{"resourceType":"Bundle","type":"collection","entry":['
    for number, body in enumerate(_bodies(found, request)):
        yield (b"," if number else b"") + b'{"resource":' + body + b"}"
    yield b"]}"


def _bodies(found: Resident, request: PortalRequest) -> Iterator[bytes]:
    """The resident himself, then what is written about him and every Patient linked to him."""
    place = None
    while True:
        page = records.everything(
            found.patient_id,
            records.Wanted(expand_links=True),
            place=place,
            limit=PAGE,
            actor=request.actor,
            at=request.at,
        )
        for item in (*page.found, *page.referenced):
            yield orjson.dumps(orjson.loads(item.body))
        place = page.next
        if place is None:
            return
