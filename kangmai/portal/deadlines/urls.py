"""Addresses of the pages of deadlines."""

from django.urls import path

from kangmai.portal.deadlines.views.deadlines import change, deadline, deadlines
from kangmai.portal.deadlines.views.on_time import on_time

urlpatterns = [
    path("deadlines/", deadlines, name="deadlines"),
    path("deadlines/on-time/", on_time, name="on-time"),
    path("deadlines/<uuid:deadline_id>/", deadline, name="deadline"),
    path("deadlines/<uuid:deadline_id>/change/", change, name="deadline-change"),
]
