"""Addresses of the pages of figures."""

from django.urls import path

from kangmai.portal.indicators.views.cockpit import cockpit, indicators, refresh
from kangmai.portal.indicators.views.indicator import card, export, freeze, indicator, rows

urlpatterns = [
    path("figures/", cockpit, name="cockpit"),
    path("figures/refresh/", refresh, name="cockpit-refresh"),
    path("indicators/", indicators, name="indicators"),
    path("indicators/<str:indicator_id>/", indicator, name="indicator"),
    path("indicators/<str:indicator_id>/card/", card, name="indicator-card"),
    path("indicators/<str:indicator_id>/rows/", rows, name="indicator-rows"),
    path("indicators/<str:indicator_id>/export/", export, name="indicator-export"),
    path("indicators/<str:indicator_id>/freeze/", freeze, name="indicator-freeze"),
]
