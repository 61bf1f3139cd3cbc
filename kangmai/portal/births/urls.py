"""Addresses of the pages of births."""

from django.urls import path

from kangmai.portal.births.views.birth import birth, certificate
from kangmai.portal.births.views.lists import births, new, numbers
from kangmai.portal.births.views.own import my_births

urlpatterns = [
    path("births/", births, name="births"),
    path("births/new/", new, name="birth-new"),
    path("births/numbers/", numbers, name="birth-numbers"),
    path("births/<uuid:birth_id>/", birth, name="birth"),
    path("births/<uuid:birth_id>/certificate.pdf", certificate, name="birth-certificate"),
    path("my-births/", my_births, name="my-births"),
]
