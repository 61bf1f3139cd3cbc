"""Addresses of findings about visits."""

from django.urls import path

from kangmai.portal.watchdog.files import findings_file
from kangmai.portal.watchdog.views import change, finding, findings

urlpatterns = [
    path("watchdog/", findings, name="watchdog"),
    path("watchdog/list.<slug:format>", findings_file, name="watchdog-file"),
    path("watchdog/<uuid:finding_id>/", finding, name="watchdog-finding"),
    path("watchdog/<uuid:finding_id>/change/", change, name="watchdog-change"),
]
