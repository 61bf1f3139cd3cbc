"""Addresses of the pages of case reports."""

from django.urls import path

from kangmai.portal.cases.views.assistance import assistance, decide
from kangmai.portal.cases.views.card import card
from kangmai.portal.cases.views.counts import as_csv, counts
from kangmai.portal.cases.views.deeds import deed
from kangmai.portal.cases.views.form import fields, form, new
from kangmai.portal.cases.views.investigation import investigation
from kangmai.portal.cases.views.lists import cases
from kangmai.portal.cases.views.survey import missed
from kangmai.portal.cases.views.zero import zero

urlpatterns = [
    path("cases/", cases, name="cases"),
    path("cases/new/", new, name="case-new"),
    path("cases/fields/", fields, name="case-fields"),
    path("cases/assistance/", assistance, name="case-assistance"),
    path("cases/assistance/<uuid:assistance_id>/", decide, name="case-assistance-decide"),
    path("cases/missed/", missed, name="case-missed"),
    path("cases/zero/", zero, name="case-zero"),
    path("cases/counts/", counts, name="case-counts"),
    path("cases/counts.csv", as_csv, name="case-counts-csv"),
    path("cases/<uuid:card_id>/", card, name="case"),
    path("cases/<uuid:card_id>/form/", form, name="case-form"),
    path("cases/<uuid:card_id>/deed/", deed, name="case-deed"),
    path("cases/<uuid:card_id>/investigation/", investigation, name="case-investigation"),
]
