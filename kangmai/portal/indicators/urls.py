"""Addresses of the pages of figures."""

from django.urls import path

from kangmai.portal.indicators.views.cockpit import cockpit, export_city, indicators, refresh
from kangmai.portal.indicators.views.frozen import frozen
from kangmai.portal.indicators.views.indicator import card, export, freeze, indicator, rows
from kangmai.portal.indicators.views.why import why

urlpatterns = [
    path("figures/", cockpit, name="cockpit"),
    path("figures/export/", export_city, name="cockpit-export"),
    path("figures/refresh/", refresh, name="cockpit-refresh"),
    path("indicators/", indicators, name="indicators"),
    path("indicators/frozen/<uuid:freeze_id>/", frozen, name="indicator-frozen"),
    path("indicators/<str:indicator_id>/", indicator, name="indicator"),
    path("indicators/<str:indicator_id>/card/", card, name="indicator-card"),
    path("indicators/<str:indicator_id>/why/", why, name="indicator-why"),
    path("indicators/<str:indicator_id>/rows/", rows, name="indicator-rows"),
    path("indicators/<str:indicator_id>/export/", export, name="indicator-export"),
    path("indicators/<str:indicator_id>/freeze/", freeze, name="indicator-freeze"),
]
