"""Addresses of the pages of family-doctor contracts."""

from django.urls import path

from kangmai.portal.contracts.views.lists import contracts, unsigned
from kangmai.portal.contracts.views.one import agreement, contract
from kangmai.portal.contracts.views.own import my_doctor
from kangmai.portal.contracts.views.signing import new
from kangmai.portal.contracts.views.teams import team, team_new, teams

urlpatterns = [
    path("contracts/", contracts, name="contracts"),
    path("contracts/unsigned/", unsigned, name="contracts-unsigned"),
    path("contracts/new/", new, name="contract-new"),
    path("contracts/teams/", teams, name="doctor-teams"),
    path("contracts/teams/new/", team_new, name="doctor-team-new"),
    path("contracts/teams/<uuid:team_id>/", team, name="doctor-team"),
    path("contracts/<uuid:contract_id>/", contract, name="contract"),
    path("contracts/<uuid:contract_id>/agreement.pdf", agreement, name="contract-agreement"),
    path("my-doctor/", my_doctor, name="my-doctor"),
]
