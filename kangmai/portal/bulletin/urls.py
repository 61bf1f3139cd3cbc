"""Addresses of the command page and of bulletins; all lie below `/emergency-mode/` and sleep without an order."""

from django.urls import path

from kangmai.portal.bulletin.views import bulletins, situation

ROOT = "emergency-mode"

urlpatterns = [
    path(f"{ROOT}/situation/", situation.situation, name="ordered-situation"),
    path(f"{ROOT}/situation/<uuid:order_id>/", situation.order_situation, name="ordered-situation-order"),
    path(f"{ROOT}/situation/<uuid:order_id>/<str:figure_id>/", situation.figure, name="ordered-figure"),
    path(f"{ROOT}/bulletins/", bulletins.bulletins, name="ordered-bulletins"),
    path(f"{ROOT}/bulletins/public/", bulletins.public, name="ordered-bulletins-public"),
    path(f"{ROOT}/bulletins/<uuid:bulletin_id>/", bulletins.bulletin, name="ordered-bulletin"),
    path(f"{ROOT}/bulletins/<uuid:bulletin_id>/change/", bulletins.change, name="ordered-bulletin-change"),
    path(f"{ROOT}/bulletins/<uuid:bulletin_id>/bulletin.<str:form>", bulletins.file, name="ordered-bulletin-file"),
    path(f"{ROOT}/bulletins/<uuid:bulletin_id>/figures/<str:figure_id>/", bulletins.figure, name="ordered-bulletin-figure"),
]  # fmt: skip
