"""Addresses of the pages of accounts, emergency openings and the access ledger."""

from django.urls import path

from kangmai.portal.access.views import accounts, emergency
from kangmai.portal.access.views.ledger import my_ledger, resident_ledger
from kangmai.portal.access.views.one_time_codes import one_time_codes

urlpatterns = [
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/new/", accounts.new_account, name="account-new"),
    path("accounts/<int:account_id>/", accounts.account, name="account"),
    path("accounts/<int:account_id>/roles/", accounts.give_role, name="account-give-role"),
    path(
        "accounts/<int:account_id>/roles/<int:grant_id>/",
        accounts.take_role,
        name="account-take-role",
    ),
    path("accounts/<int:account_id>/switch/", accounts.switch, name="account-switch"),
    path("accounts/<int:account_id>/password/", accounts.new_password, name="account-password"),
    path("one-time-codes/", one_time_codes, name="one-time-codes"),
    path("my-ledger/", my_ledger, name="my-ledger"),
    path("residents/<index_number:number>/ledger/", resident_ledger, name="resident-ledger"),
    path("residents/<index_number:number>/open/", emergency.open_record, name="resident-open"),
    path("residents/<index_number:number>/close/", emergency.close_record, name="resident-close"),
    path("emergency/", emergency.reviews, name="emergency-reviews"),
    path("emergency/<int:glass_id>/", emergency.review, name="emergency-review"),
]
