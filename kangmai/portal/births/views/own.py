"""What parents see: their child's certificate and every errand, where it stands and what it needs."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kangmai.kernel.actor import require
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.births import wording
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking
from kangmai.programmes.births import actions, queries, rules
from kangmai.programmes.births.errors import BirthNotFound
from kangmai.standards.calendars import legal_day


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def my_births(request: PortalRequest) -> HttpResponse:
    """Show the births of somebody's children, or his own, with the errands; note that one was handed in."""
    require(request.actor, "own.record")
    on, fault = legal_day(request.at), ""
    if request.method == "POST":
        try:
            _hand_in(request)
            asking.written(request)
            return redirect("my-births")
        except KangmaiError as error:
            fault = words_of(error)
    context = {
        "crumbs": trail(Crumb(_("Birth errands"))),
        "births": [
            {
                "id": each.id,
                "name": each.certificate.named.child if each.certificate else "",
                "number": each.certificate.number if each.certificate else "",
                "told": wording.told(each),
                "items": wording.items(each, on),
                "progress": wording.progress(each),
                "is_verified": _is_verified(each.rule_version),
            }
            for each in queries.own_births(actor=request.actor)
        ],
        "today": on.isoformat(),
        "fault": fault,
    }
    return render(request, "births/own.html", context, status=422 if fault else 200)


def _hand_in(request: PortalRequest) -> None:
    birth = asking.uuid_of(asking.text(request, "birth"))
    if birth is None:
        raise BirthNotFound()
    actions.hand_in(
        birth_id=birth,
        item=asking.text(request, "item"),
        on=asking.day(request, "on", _("Handed in on")),
        receipt=asking.text(request, "receipt"),
        expected_version=asking.version(request),
        actor=request.actor,
        at=request.at,
    )


def _is_verified(version: str) -> bool:
    rule = rules.rule_numbered(version)
    return rule.is_verified if rule else True
