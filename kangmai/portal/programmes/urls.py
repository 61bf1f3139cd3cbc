"""Addresses of follow-ups, enrolments and visits."""

from django.urls import path

from kangmai.portal.programmes.views.compare import compare_rules
from kangmai.portal.programmes.views.correct import correct, try_correction
from kangmai.portal.programmes.views.deeds import deed
from kangmai.portal.programmes.views.enrolling import enrol
from kangmai.portal.programmes.views.enrolment import enrolment
from kangmai.portal.programmes.views.files import worklist_file
from kangmai.portal.programmes.views.growth import enrolment_growth
from kangmai.portal.programmes.views.record import record, try_out
from kangmai.portal.programmes.views.tools import keep, places, remind
from kangmai.portal.programmes.views.visit import visit, visit_document
from kangmai.portal.programmes.views.worklist import worklist

urlpatterns = [
    path("follow-ups/", worklist, name="worklist"),
    path("follow-ups/list.<slug:format>", worklist_file, name="worklist-file"),
    path("follow-ups/places/", places, name="worklist-places"),
    path("follow-ups/keep/", keep, name="worklist-keep"),
    path("follow-ups/remind/", remind, name="worklist-remind"),
    path("programmes/compare/", compare_rules, name="compare-rules"),
    path("programmes/enrolments/<uuid:enrolment_id>/", enrolment, name="enrolment"),
    path(
        "programmes/enrolments/<uuid:enrolment_id>/visit/<slug:service>/",
        record,
        name="enrolment-visit",
    ),
    path(
        "programmes/enrolments/<uuid:enrolment_id>/visit/<slug:service>/try/",
        try_out,
        name="enrolment-try",
    ),
    path(
        "programmes/enrolments/<uuid:enrolment_id>/growth/",
        enrolment_growth,
        name="enrolment-growth",
    ),
    path("programmes/enrolments/<uuid:enrolment_id>/<slug:name>/", deed, name="enrolment-deed"),
    path("programmes/visits/<uuid:visit_id>/", visit, name="visit"),
    path("programmes/visits/<uuid:visit_id>/correct/", correct, name="visit-correct"),
    path(
        "programmes/visits/<uuid:visit_id>/correct/try/", try_correction, name="visit-correct-try"
    ),
    path(
        "programmes/visits/<uuid:visit_id>/summary.pdf",
        visit_document,
        {"kind": "summary"},
        name="visit-summary",
    ),
    path(
        "programmes/visits/<uuid:visit_id>/referral.pdf",
        visit_document,
        {"kind": "referral"},
        name="visit-referral",
    ),
    path("residents/<index_number:number>/enrol/", enrol, name="resident-enrol"),
]
