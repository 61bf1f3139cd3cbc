"""Root urls: tokens for programs, then pages; FHIR is served before Django (see wsgi)."""

from django.urls import include, path

from kangmai.config.health import register_probes

register_probes()

handler400 = "kangmai.portal.shell.errors.bad_request"
handler403 = "kangmai.portal.shell.errors.forbidden"
handler404 = "kangmai.portal.shell.errors.not_found"
handler500 = "kangmai.portal.shell.errors.server_error"

urlpatterns = [
    path("", include("kangmai.exchange.oauth.urls")),
    path("", include("kangmai.exchange.cards.urls")),
    path("", include("kangmai.exchange.open_data.urls")),
    path("", include("kangmai.exchange.cold_chain.urls")),
    path("", include("kangmai.exchange.outside_figures.urls")),
    path("", include("kangmai.portal.urls")),
]
