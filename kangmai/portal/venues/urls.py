"""Addresses of the pages of venues; all lie below `/emergency-mode/` and sleep without an order."""

from django.urls import path

from kangmai.portal.venues.views.arrivals import change_arrival, desk, desks
from kangmai.portal.venues.views.colours import answer, appeals, colours, decide, report
from kangmai.portal.venues.views.desk import command, people
from kangmai.portal.venues.views.door import scan
from kangmai.portal.venues.views.phone import antigen, appeal, code, register
from kangmai.portal.venues.views.venues import change, poster, venue, venues
from kangmai.portal.venues.views.ways import decide as decide_way
from kangmai.portal.venues.views.ways import way, ways

ROOT = "emergency-mode"

urlpatterns = [
    path(f"{ROOT}/register/", register, name="ordered-register"),
    path(f"{ROOT}/code/", code, name="ordered-code"),
    path(f"{ROOT}/code/antigen/", antigen, name="ordered-antigen"),
    path(f"{ROOT}/appeal/", appeal, name="ordered-appeal"),
    path(f"{ROOT}/scan/<str:code>/", scan, name="ordered-scan"),
    path(f"{ROOT}/command/", command, name="ordered-command"),
    path(f"{ROOT}/people/", people, name="ordered-people"),
    path(f"{ROOT}/desk/", desks, name="desks"),
    path(f"{ROOT}/desk/<int:venue_id>/", desk, name="desk"),
    path(
        f"{ROOT}/desk/<int:venue_id>/arrivals/<uuid:arrival_id>/",
        change_arrival,
        name="desk-arrival",
    ),
    path(f"{ROOT}/venues/", venues, name="ordered-venues"),
    path(f"{ROOT}/venues/<int:venue_id>/", venue, name="ordered-venue"),
    path(f"{ROOT}/venues/<int:venue_id>/change/", change, name="ordered-venue-change"),
    path(f"{ROOT}/venues/<int:venue_id>/poster/", poster, name="ordered-poster"),
    path(f"{ROOT}/ways/", ways, name="ordered-ways"),
    path(f"{ROOT}/ways/<uuid:lookup_id>/", way, name="ordered-way"),
    path(f"{ROOT}/ways/<uuid:lookup_id>/decide/", decide_way, name="ordered-way-decide"),
    path(f"{ROOT}/colours/", colours, name="ordered-colours"),
    path(f"{ROOT}/colours/report/", report, name="ordered-colour-report"),
    path(f"{ROOT}/colours/<uuid:decision_id>/", decide, name="ordered-colour-decide"),
    path(f"{ROOT}/appeals/", appeals, name="ordered-appeals"),
    path(f"{ROOT}/appeals/<uuid:appeal_id>/", answer, name="ordered-appeal-answer"),
]
