"""Addresses of health records: those that lie dead, and the cover and use of one."""

from django.urls import path

from kangmai.portal.health_records.views.lists import dead_records, dead_records_file
from kangmai.portal.health_records.views.one import cover, health_record

urlpatterns = [
    path("health-records/", dead_records, name="health-records"),
    path("health-records/list.<slug:format>", dead_records_file, name="health-records-file"),
    path(
        "residents/<index_number:number>/health-record/",
        health_record,
        name="resident-health-record",
    ),
    path(
        "residents/<index_number:number>/health-record/cover.pdf",
        cover,
        name="resident-record-cover",
    ),
]
