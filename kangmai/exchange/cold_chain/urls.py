"""The address of the interface for loggers; included by the root urls."""

from django.urls import path

from kangmai.exchange.cold_chain import views

urlpatterns = [path("api/cold-chain/readings", views.readings, name="api-cold-chain-readings")]
