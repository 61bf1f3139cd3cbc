"""Addresses at which programs send figures that were counted elsewhere."""

from django.urls import path

from kangmai.exchange.outside_figures import views

urlpatterns = [
    path("api/outside-figures", views.outside_figures),
    path("api/outside-figures/openapi.json", views.openapi),
]
