"""Addresses of the pages of nucleic-acid testing; all of them sleep until ordered."""

from django.urls import path

from kangmai.portal.nucleic_acid.views.antigen import positives
from kangmai.portal.nucleic_acid.views.bench import bench, import_run, plate, receive, review, void
from kangmai.portal.nucleic_acid.views.board import board, late, unsampled
from kangmai.portal.nucleic_acid.views.boxes import box, boxes, pack, send, sign
from kangmai.portal.nucleic_acid.views.couriers import flow, trip, trips
from kangmai.portal.nucleic_acid.views.incidents import incidents, settle
from kangmai.portal.nucleic_acid.views.mine import antigen, book, cancel, certificate, mine
from kangmai.portal.nucleic_acid.views.planning import listed, new_round, planner, round_page, sites
from kangmai.portal.nucleic_acid.views.plans import plan, plan_round, plans
from kangmai.portal.nucleic_acid.views.pools import change_pool, pool, pools
from kangmai.portal.nucleic_acid.views.shifts import shifts
from kangmai.portal.nucleic_acid.views.table import queue, scan, table, upload

ROOT = "emergency-mode/testing/"
PAGES = (
    path("", board, name="nucleic-acid"),
    path("late/", late, name="nucleic-acid-late"),
    path("unsampled/", unsampled, name="nucleic-acid-unsampled"),
    path("planner/", planner, name="nucleic-acid-planner"),
    path("rounds/new/", new_round, name="nucleic-acid-new-round"),
    path("rounds/<int:round_id>/", round_page, name="nucleic-acid-round"),
    path("rounds/<int:round_id>/sites/", sites, name="nucleic-acid-sites"),
    path("rounds/<int:round_id>/listed/", listed, name="nucleic-acid-listed"),
    path("rounds/<int:round_id>/plan/", plan_round, name="nucleic-acid-plan-round"),
    path("rounds/<int:round_id>/plans/", plans, name="nucleic-acid-plans"),
    path("rounds/<int:round_id>/shifts/", shifts, name="nucleic-acid-shifts"),
    path("plans/<int:plan_id>/", plan, name="nucleic-acid-plan"),
    path("trips/", trips, name="nucleic-acid-trips"),
    path("trips/<int:trip_id>/", trip, name="nucleic-acid-trip"),
    path("flow/", flow, name="nucleic-acid-flow"),
    path("sites/<int:site_id>/", table, name="nucleic-acid-table"),
    path("sites/<int:site_id>/scan/", scan, name="nucleic-acid-scan"),
    path("sites/<int:site_id>/upload/", upload, name="nucleic-acid-upload"),
    path("sites/<int:site_id>/queue/", queue, name="nucleic-acid-queue"),
    path("sites/<int:site_id>/boxes/", boxes, name="nucleic-acid-boxes"),
    path("sites/<int:site_id>/boxes/pack/", pack, name="nucleic-acid-pack"),
    path("sites/<int:site_id>/boxes/send/", send, name="nucleic-acid-send"),
    path("boxes/<int:box_id>/", box, name="nucleic-acid-box"),
    path("boxes/<int:box_id>/sign/", sign, name="nucleic-acid-sign"),
    path("bench/", bench, name="nucleic-acid-bench"),
    path("bench/receive/", receive, name="nucleic-acid-receive"),
    path("bench/import/", import_run, name="nucleic-acid-import"),
    path("bench/void/", void, name="nucleic-acid-void"),
    path("plates/<int:plate_id>/", plate, name="nucleic-acid-plate"),
    path("plates/<int:plate_id>/review/", review, name="nucleic-acid-review"),
    path("antigen/", positives, name="nucleic-acid-antigen"),
    path("pools/", pools, name="nucleic-acid-pools"),
    path("pools/<uuid:pool_id>/", pool, name="nucleic-acid-pool"),
    path("pools/<uuid:pool_id>/change/", change_pool, name="nucleic-acid-pool-change"),
    path("incidents/", incidents, name="nucleic-acid-incidents"),
    path("incidents/<uuid:incident_id>/", settle, name="nucleic-acid-settle"),
    path("mine/", mine, name="my-tests"),
    path("mine/antigen/", antigen, name="my-tests-antigen"),
    path("mine/<str:tube>/certificate/", certificate, name="my-tests-certificate"),
    path("mine/book/", book, name="my-tests-book"),
    path("mine/cancel/<int:booking_id>/", cancel, name="my-tests-cancel"),
)

urlpatterns = [path(f"{ROOT}{each.pattern}", each.callback, name=each.name) for each in PAGES]
