"""Addresses of the portal's pages: the frame, then a folder for each room it shows."""

from django.urls import include, path

urlpatterns = [
    path("", include("kangmai.portal.shell.urls")),
    path("", include("kangmai.portal.messages.urls")),
    path("", include("kangmai.portal.deadlines.urls")),
    path("", include("kangmai.portal.handover.urls")),
    path("", include("kangmai.portal.surveillance.urls")),
    path("", include("kangmai.portal.residents.urls")),
    path("", include("kangmai.portal.intake.urls")),
    path("", include("kangmai.portal.programmes.urls")),
    path("", include("kangmai.portal.watchdog.urls")),
    path("", include("kangmai.portal.cases.urls")),
    path("", include("kangmai.portal.identity.urls")),
    path("", include("kangmai.portal.cards.urls")),
    path("", include("kangmai.portal.family.urls")),
    path("", include("kangmai.portal.institutions.urls")),
    path("", include("kangmai.portal.indicators.urls")),
    path("", include("kangmai.portal.orders.urls")),
    path("", include("kangmai.portal.venues.urls")),
    path("", include("kangmai.portal.access.urls")),
    path("", include("kangmai.portal.forms.urls")),
    path("", include("kangmai.portal.nucleic_acid.urls")),
    path("", include("kangmai.portal.supplies.urls")),
    path("", include("kangmai.portal.teams.urls")),
    path("", include("kangmai.portal.bulletin.urls")),
    path("", include("kangmai.portal.tracing.urls")),
    path("", include("kangmai.portal.quarantine.urls")),
    path("", include("kangmai.portal.grid.urls")),
    path("", include("kangmai.portal.administration.urls")),
]
