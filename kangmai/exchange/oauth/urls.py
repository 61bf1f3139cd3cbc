"""Addresses of the token endpoint; included by the root urls."""

from django.urls import path

from kangmai.exchange.oauth import views

urlpatterns = [
    path("oauth2/token", views.token, name="oauth-token"),
    path(".well-known/smart-configuration", views.configuration, name="smart-configuration"),
]
