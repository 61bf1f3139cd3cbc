"""Addresses of activities."""

from django.urls import path

from kangmai.portal.activities import lists, one

urlpatterns = [
    path("activities/", lists.year, name="activities"),
    path("activities/year.<str:format>", lists.year_file, name="activities-year-file"),
    path("activities/list/", lists.done, name="activities-done"),
    path("activities/list.<str:format>", lists.done_file, name="activities-file"),
    path("activities/new/", one.new, name="activity-new"),
    path("activities/photos/<uuid:photo_id>/", one.photo, name="activity-photo"),
    path("activities/<uuid:activity_id>/", one.activity, name="activity"),
    path("activities/<uuid:activity_id>/change/", one.change, name="activity-change"),
]
