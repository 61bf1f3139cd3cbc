"""Addresses of the pages of institutions."""

from django.urls import path

from kangmai.portal.institutions.views.list import institutions
from kangmai.portal.institutions.views.page import institution

urlpatterns = [
    path("institutions/", institutions, name="institutions"),
    path("institutions/<int:organization_id>/", institution, name="institution"),
]
