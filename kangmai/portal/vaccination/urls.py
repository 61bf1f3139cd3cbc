"""Addresses of the pages of the immunization clinic."""

from django.urls import path

from kangmai.portal.vaccination.views.children import called_in, coverage, late, late_csv
from kangmai.portal.vaccination.views.cold import breach, breaches, fridge
from kangmai.portal.vaccination.views.day import check_in, day, queue
from kangmai.portal.vaccination.views.own import my_certificate, my_vaccinations
from kangmai.portal.vaccination.views.reactions import card, cards, new_card
from kangmai.portal.vaccination.views.record import certificate, dose, record
from kangmai.portal.vaccination.views.stock import ledger, lot, receive, stock
from kangmai.portal.vaccination.views.visit import visit

urlpatterns = [
    path("vaccination/", day, name="vaccination"),
    path("vaccination/queue/", queue, name="vaccination-queue"),
    path("vaccination/check-in/", check_in, name="vaccination-check-in"),
    path("vaccination/visits/<uuid:visit_id>/", visit, name="vaccination-visit"),
    path("vaccination/residents/<index_number:number>/", record, name="vaccination-record"),
    path("vaccination/residents/<index_number:number>/certificate.pdf", certificate, name="vaccination-certificate"),
    path("vaccination/residents/<index_number:number>/reaction/", new_card, name="vaccination-reaction"),
    path("vaccination/residents/<index_number:number>/doses/<str:immunization>/", dose, name="vaccination-dose"),
    path("my-vaccinations/", my_vaccinations, name="my-vaccinations"),
    path("my-vaccinations/certificate.pdf", my_certificate, name="my-vaccinations-certificate"),
    path("vaccination/stock/", stock, name="vaccination-stock"),
    path("vaccination/stock/receive/", receive, name="vaccination-receive"),
    path("vaccination/stock/ledger/", ledger, name="vaccination-ledger"),
    path("vaccination/lots/<uuid:lot_id>/", lot, name="vaccination-lot"),
    path("vaccination/fridges/<uuid:fridge_id>/", fridge, name="vaccination-fridge"),
    path("vaccination/breaches/", breaches, name="vaccination-breaches"),
    path("vaccination/breaches/<uuid:breach_id>/", breach, name="vaccination-breach"),
    path("vaccination/reactions/", cards, name="vaccination-reactions"),
    path("vaccination/reactions/<uuid:aefi_id>/", card, name="vaccination-card"),
    path("vaccination/late/", late, name="vaccination-late"),
    path("vaccination/late.csv", late_csv, name="vaccination-late-csv"),
    path("vaccination/late/call-in/", called_in, name="vaccination-call-in"),
    path("vaccination/coverage/", coverage, name="vaccination-coverage"),
]  # fmt: skip
