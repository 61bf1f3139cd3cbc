"""Addresses of the administrator's pages."""

from django.urls import path

from kangmai.portal.administration.views.audit import audit, verify
from kangmai.portal.administration.views.feed import feed, letter
from kangmai.portal.administration.views.health import health

urlpatterns = [
    path("audit/", audit, name="audit"),
    path("audit/verify/", verify, name="audit-verify"),
    path("health/", health, name="health"),
    path("feed/", feed, name="feed"),
    path("feed/<int:letter_id>/", letter, name="feed-letter"),
]
