"""Read a card with a camera, a hand scanner or another card's reader."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.identity.cards import actions, rules
from kangmai.kernel.actor import require
from kangmai.portal.cards import presenters
from kangmai.portal.cards.words import SCENES
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.standards.calendars import legal_day

SCENE = "scene-of-cards"
CAMERA = "camera=(self), microphone=(), geolocation=()"


@require_safe
@signed_in
def scan(request: PortalRequest) -> HttpResponse:
    """Show the field into which a scanner types, and the camera where there is one."""
    require(request.actor, "cards.verify")
    return _page(request, {}, status=200)


@require_POST
@signed_in
def read(request: PortalRequest) -> HttpResponse:
    """Read one card; the scene chosen stays for the next."""
    require(request.actor, "cards.verify")
    scene = rules.scene_of(request.POST.get("scene", ""))
    request.session[SCENE] = scene.value
    text = request.POST.get("code", "").strip()
    if not text:
        return _page(request, {}, status=200)
    used = actions.use_card(
        text,
        scene=scene,
        pin=request.POST.get("pin", "").strip(),
        document=request.POST.get("document", "").strip(),
        actor=request.actor,
        at=request.at,
    )
    answer = presenters.answer(used, on=legal_day(request.at))
    context = {"answer": answer, "code": text if answer.needs_factor else "", "scene": scene.value}
    return _page(request, context, status=200)


def _page(request: PortalRequest, context: dict[str, object], *, status: int) -> HttpResponse:
    if request.htmx:
        return render(request, "cards/answer.html", context, status=status)
    current = request.session.get(SCENE, "registration")
    page = {
        "crumbs": trail(Crumb(_("Scan a card"))),
        "scenes": choices(
            ((each.value, str(word)) for each, word in SCENES.items()), current=current
        ),
        **context,
    }
    response = render(request, "cards/scan.html", page, status=status)
    response["Permissions-Policy"] = CAMERA
    return response
