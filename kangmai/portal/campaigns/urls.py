"""Addresses of the pages of mass campaigns."""

from django.urls import path

from kangmai.portal.campaigns.views.campaigns import campaign, campaigns, new_campaign
from kangmai.portal.campaigns.views.entrants import entrants, entrants_csv
from kangmai.portal.campaigns.views.files import people_file
from kangmai.portal.campaigns.views.people import answers, people
from kangmai.portal.campaigns.views.sessions import check_in, new_session, session

BASE = "vaccination/campaigns/"
urlpatterns = [
    path("vaccination/entrants/", entrants, name="entrants"),
    path("vaccination/entrants.csv", entrants_csv, name="entrants-csv"),
    path(BASE, campaigns, name="campaigns"),
    path(f"{BASE}new/", new_campaign, name="campaign-new"),
    path(f"{BASE}<uuid:campaign_id>/", campaign, name="campaign"),
    path(f"{BASE}<uuid:campaign_id>/people/", people, name="campaign-people"),
    path(f"{BASE}<uuid:campaign_id>/people/answers/", answers, name="campaign-answers"),
    path(f"{BASE}<uuid:campaign_id>/people.<str:format>", people_file, name="campaign-file"),
    path(f"{BASE}<uuid:campaign_id>/sessions/new/", new_session, name="campaign-session-new"),
    path(f"{BASE}sessions/<uuid:session_id>/", session, name="campaign-session"),
    path(f"{BASE}sessions/<uuid:session_id>/check-in/", check_in, name="campaign-check-in"),
]
