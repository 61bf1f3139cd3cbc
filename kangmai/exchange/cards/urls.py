"""Addresses of the card interface; included by the root urls."""

from django.urls import path

from kangmai.exchange.cards import views

urlpatterns = [
    path("api/cards/verify", views.verify, name="api-cards-verify"),
    path("api/cards/uses", views.uses, name="api-cards-uses"),
    path("api/cards/keys", views.keys, name="api-cards-keys"),
]
