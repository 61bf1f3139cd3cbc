"""Addresses of the pages of deaths."""

from django.urls import path

from kangmai.portal.deaths.views.certificate import death, new, printed
from kangmai.portal.deaths.views.lists import deaths, line_list

urlpatterns = [
    path("deaths/", deaths, name="deaths"),
    path("deaths/new/", new, name="death-new"),
    path("deaths/causes.csv", line_list, name="death-list"),
    path("deaths/<uuid:certificate_id>/", death, name="death"),
    path("deaths/<uuid:certificate_id>/certificate.pdf", printed, name="death-certificate"),
]
