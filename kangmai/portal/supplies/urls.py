"""Addresses of the pages of supplies; they are everyday work and never sleep."""

from django.urls import path

from kangmai.portal.supplies.views.board import board, expiring
from kangmai.portal.supplies.views.booking import book, discard, reverse_entry
from kangmai.portal.supplies.views.files import as_csv, take
from kangmai.portal.supplies.views.planning import plan
from kangmai.portal.supplies.views.store import entries, posts, store
from kangmai.portal.supplies.views.transfers import ask, change, transfer, transfers

urlpatterns = [
    path("supplies/", board, name="supplies"),
    path("supplies/expiring/", expiring, name="supplies-expiring"),
    path("supplies/stocks.csv", as_csv, name="supplies-csv"),
    path("supplies/import/", take, name="supplies-import"),
    path("supplies/plan/", plan, name="supplies-plan"),
    path("supplies/transfers/", transfers, name="supplies-transfers"),
    path("supplies/transfers/ask/", ask, name="supplies-ask"),
    path("supplies/transfers/<uuid:transfer_id>/", transfer, name="supplies-transfer"),
    path("supplies/transfers/<uuid:transfer_id>/change/", change, name="supplies-change"),
    path("supplies/entries/<uuid:entry_id>/reverse/", reverse_entry, name="supplies-reverse"),
    path("supplies/<int:organization_id>/", store, name="supplies-store"),
    path("supplies/<int:organization_id>/book/", book, name="supplies-book"),
    path("supplies/<int:organization_id>/discard/", discard, name="supplies-discard"),
    path("supplies/<int:organization_id>/posts/", posts, name="supplies-posts"),
    path("supplies/<int:organization_id>/entries/", entries, name="supplies-entries"),
]
