"""Addresses of my work and pay, and of the yearly checks."""

from django.urls import path

from kangmai.portal.workload.checking import answer, check, checks, close, draw, judge
from kangmai.portal.workload.working import behind, work, work_file

urlpatterns = [
    path("my-work/", work, name="work"),
    path("my-work/list.xlsx", work_file, name="work-file"),
    path("my-work/<slug:item>/", behind, name="work-behind"),
    path("work-checks/", checks, name="checks"),
    path("work-checks/draw/", draw, name="checks-draw"),
    path("work-checks/<uuid:check_id>/", check, name="checks-one"),
    path("work-checks/<uuid:check_id>/close/", close, name="checks-close"),
    path("work-checks/<uuid:check_id>/<int:number>/judge/", judge, name="checks-judge"),
    path("work-checks/<uuid:check_id>/<int:number>/answer/", answer, name="checks-answer"),
]
