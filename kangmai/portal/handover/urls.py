"""Addresses of the pages of the ledger of handover."""

from django.urls import path

from kangmai.portal.handover.views.entry import change, entry
from kangmai.portal.handover.views.files import by_hand, file, files, receipts, send
from kangmai.portal.handover.views.ledger import as_csv, ledger

urlpatterns = [
    path("handover/", ledger, name="handover"),
    path("handover/list.csv", as_csv, name="handover-csv"),
    path("handover/send/", send, name="handover-send"),
    path("handover/by-hand/", by_hand, name="handover-by-hand"),
    path("handover/receipts/", receipts, name="handover-receipts"),
    path("handover/files/", files, name="handover-files"),
    path("handover/files/<uuid:batch_id>/", file, name="handover-file"),
    path("handover/<uuid:entry_id>/", entry, name="handover-entry"),
    path("handover/<uuid:entry_id>/change/", change, name="handover-change"),
]
