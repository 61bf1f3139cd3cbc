"""The empty page of the kit, its service worker and its manifest: the same for everybody, without any data.

The page is kept on the phone by the service worker, so nothing of whoever is logged in may stand in it.
"""

import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.portal.kit import wording
from kangmai.portal.programmes import visits
from kangmai.portal.shell.bundle import FOLDER, bundle
from kangmai.programmes.kit import queries
from kangmai.standards.calendars import legal_day

ICONS = ("portal/icons.svg", "portal/mark.svg", "portal/kit-192.png")
PLAIN = "text/javascript; charset=utf-8"


@require_safe
def app(request: HttpRequest) -> HttpResponse:
    """Show the empty page."""
    limits = queries.limits(on=legal_day(timezone.now()))
    settings = {
        "worker": reverse("kit-worker"),
        "scope": reverse("kit-app"),
        "passphrase": {"least": limits.passphrase_least, "rounds": limits.passphrase_rounds},
        "words": wording.of_script(limits),
    }
    context = {
        "settings": settings,
        "limits": limits,
        "aheads": sorted(limits.ahead_days),
        "offered": limits.ahead_days[0],
        "methods": visits.attempt_methods(),
        "reached": visits.reached_choices(),
    }
    return render(request, "kit/app.html", context)


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, told what to keep: its text changes with what it keeps, and so it is renewed."""
    script = _built("worker")
    if not script:
        return HttpResponse("", status=404, content_type=PLAIN)
    files = [each for each in (bundle().styles, bundle().theme, bundle().kit) if each]
    files += [static(each) for each in ICONS]
    page = app(request).content
    said = hashlib.sha256(page + (get_language() or "").encode() + "".join(files).encode())
    kept = {"version": said.hexdigest()[:16], "page": reverse("kit-app"), "files": files}
    return HttpResponse(f"self.KIT = {json.dumps(kept)};\n{script}", content_type=PLAIN)


def _built(name: str) -> str:
    """The text of a script of the bundle; empty while nothing was built."""
    address = getattr(bundle(), name)
    path = FOLDER / address.rpartition("/")[2]
    return path.read_text() if address and path.is_file() else ""


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to install the page."""
    said: dict[str, Any] = {
        "id": reverse("kit-app"),
        "name": f"{_('Kangmai')} {_('Village kit')}",
        "short_name": _("Village kit"),
        "description": _("Whom to see in my villages, without signal"),
        "lang": get_language(),
        "start_url": reverse("kit-app"),
        "scope": reverse("kit-app"),
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0b7285",
        "icons": [
            {"src": static("portal/mark.svg"), "sizes": "any", "type": "image/svg+xml"},
            {"src": static("portal/kit-192.png"), "sizes": "192x192", "type": "image/png"},
            {"src": static("portal/kit-512.png"), "sizes": "512x512", "type": "image/png"},
            {
                "src": static("portal/kit-maskable.png"),
                "sizes": "512x512",
                "type": "image/png",
                "purpose": "maskable",
            },
        ],
    }
    return JsonResponse(said, content_type="application/manifest+json")
