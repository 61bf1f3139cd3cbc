"""Addresses of open data for programs."""

from django.urls import path

from kangmai.exchange.open_data import views

urlpatterns = [
    path("api/open-data/indicators", views.indicators),
    path("api/open-data/figures", views.figures),
    path("api/open-data/openapi.json", views.openapi),
]
