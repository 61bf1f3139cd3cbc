"""Addresses of the village kit: its empty page and what keeps it, what the page asks, and the lists of kits."""

from django.urls import path

from kangmai.portal.kit.views.app import app, manifest, worker
from kangmai.portal.kit.views.exchange import attempt, contact, pack, register, send, standing
from kangmai.portal.kit.views.lists import erase, kit, kits

urlpatterns = [
    path("kit/", kit, name="kit"),
    path("kit/app/", app, name="kit-app"),
    path("kit/app/worker.js", worker, name="kit-worker"),
    path("kit/app/manifest.webmanifest", manifest, name="kit-manifest"),
    path("kit/standing/", standing, name="kit-standing"),
    path("kit/register/", register, name="kit-register"),
    path("kit/pack/", pack, name="kit-pack"),
    path("kit/contact/", contact, name="kit-contact"),
    path("kit/send/", send, name="kit-send"),
    path("kit/attempt/", attempt, name="kit-attempt"),
    path("kit/<uuid:kit_id>/erase/", erase, name="kit-erase"),
    path("kits/", kits, name="kits"),
]
