"""Turn on one-time codes for one's own account: show a secret once, and have it confirmed."""

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kangmai.access import actions
from kangmai.access.errors import CodeRefused
from kangmai.kernel import sealing
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in

SECRET = "one-time-secret"
BOUND = b"portal:one-time-secret"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def one_time_codes(request: PortalRequest) -> HttpResponse:
    """Show a new secret as a QR code, until six digits made from it were entered."""
    if request.method == "POST" and SECRET in request.session:
        secret, address = _kept(request)
        try:
            actions.confirm_totp(
                secret=secret,
                code=request.POST.get("code", "").strip(),
                actor=request.actor,
                at=request.at,
            )
        except CodeRefused as error:
            return _page(request, secret, address, words_of(error))
        del request.session[SECRET]
        messages.success(request, _("One-time codes are on: the next login asks for one."))
        return redirect("home")
    secret, address = actions.begin_totp(actor=request.actor)
    _keep(request, secret, address)
    return _page(request, secret, address, "")


def _page(request: PortalRequest, secret: str, address: str, fault: str) -> HttpResponse:
    context = {
        "crumbs": trail(Crumb(_("One-time codes"))),
        "picture": segno.make(address, error="m").svg_data_uri(scale=5, border=2),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "fault": fault,
    }
    return render(request, "access/one_time_codes.html", context, status=422 if fault else 200)


def _keep(request: PortalRequest, secret: str, address: str) -> None:
    version, sealed = sealing.seal(f"{secret} {address}".encode(), bound_to=BOUND)
    request.session[SECRET] = [version, sealed.hex()]


def _kept(request: PortalRequest) -> tuple[str, str]:
    version, sealed = request.session[SECRET]
    plain = sealing.unseal(version, bytes.fromhex(sealed), bound_to=BOUND).decode()
    secret, _space, address = plain.partition(" ")
    return secret, address
