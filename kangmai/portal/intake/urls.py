"""Addresses of the pages of tables."""

from django.urls import path

from kangmai.portal.intake.views.tables import tables, take, template

urlpatterns = [
    path("tables/", tables, name="intake"),
    path("tables/take/", take, name="intake-take"),
    path("tables/<slug:table>.xlsx", template, name="intake-template"),
]
