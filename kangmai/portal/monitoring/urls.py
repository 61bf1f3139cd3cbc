"""Addresses of the pages of monitoring."""

from django.urls import path

from kangmai.portal.monitoring.views.card import card, new, printed
from kangmai.portal.monitoring.views.lists import lines, monitoring
from kangmai.portal.monitoring.views.review import case, review

urlpatterns = [
    path("monitoring/", monitoring, name="monitoring"),
    path("monitoring/lines.csv", lines, name="monitoring-lines"),
    path("monitoring/new/<slug:kind>/", new, name="monitoring-new"),
    path("monitoring/cards/<uuid:card_id>/", card, name="monitoring-card"),
    path("monitoring/cards/<uuid:card_id>/card.pdf", printed, name="monitoring-printed"),
    path("monitoring/cards/<uuid:card_id>/review/", review, name="monitoring-review"),
    path("monitoring/cases/<uuid:review_id>/", case, name="monitoring-case"),
]
