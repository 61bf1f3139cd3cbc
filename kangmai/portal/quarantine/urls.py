"""Addresses of capacity, which is everyday work, and of quarantine, which sleeps until ordered."""

from django.urls import path

from kangmai.portal.quarantine.views.capacity import board, change, new, site
from kangmai.portal.quarantine.views.guests import assign, change_stay, guest, guests, sites
from kangmai.portal.quarantine.views.reports import report
from kangmai.portal.quarantine.views.rides import call, change_ride, rides

ROOT = "emergency-mode/quarantine/"

urlpatterns = [
    path("capacity/", board, name="capacity"),
    path("capacity/new/", new, name="capacity-new"),
    path("capacity/report/", report, name="capacity-report"),
    path("capacity/change/", change, name="capacity-change"),
    path("capacity/sites/<int:site_id>/", site, name="capacity-site"),
    path(ROOT, sites, name="quarantine"),
    path(f"{ROOT}sites/<int:site_id>/", guests, name="quarantine-site"),
    path(f"{ROOT}assign/", assign, name="quarantine-assign"),
    path(f"{ROOT}stays/<uuid:stay_id>/", guest, name="quarantine-stay"),
    path(f"{ROOT}stays/<uuid:stay_id>/change/", change_stay, name="quarantine-stay-change"),
    path(f"{ROOT}rides/", rides, name="rides"),
    path(f"{ROOT}rides/call/", call, name="rides-call"),
    path(f"{ROOT}rides/<uuid:trip_id>/change/", change_ride, name="rides-change"),
]
