"""Addresses of the pages of teams; they are everyday preparedness and never sleep."""

from django.urls import path

from kangmai.portal.teams.views import calls, drills, missions, teams

urlpatterns = [
    path("teams/", teams.teams, name="teams"),
    path("teams/new/", teams.new, name="team-new"),
    path("teams/experts/", teams.experts, name="team-experts"),
    path("teams/calls/", calls.mine, name="team-calls"),
    path("teams/calls/<uuid:call_id>/answer/", calls.answer, name="team-call-answer"),
    path("teams/call-outs/", calls.callouts, name="team-callouts"),
    path("teams/call-outs/new/", calls.new, name="team-callout-new"),
    path("teams/call-outs/<uuid:callout_id>/", calls.callout, name="team-callout"),
    path("teams/call-outs/<uuid:callout_id>/close/", calls.close, name="team-callout-close"),
    path("teams/drills/", drills.drills, name="team-drills"),
    path("teams/drills/new/", drills.new, name="team-drill-new"),
    path("teams/drills/<uuid:drill_id>/", drills.drill, name="team-drill"),
    path("teams/drills/<uuid:drill_id>/change/", drills.change, name="team-drill-change"),
    path("teams/drills/<uuid:drill_id>/report.<str:form>", drills.report, name="team-drill-report"),
    path("teams/missions/", missions.missions, name="team-missions"),
    path("teams/missions/new/", missions.new, name="team-mission-new"),
    path("teams/missions/<uuid:mission_id>/", missions.mission, name="team-mission"),
    path("teams/missions/<uuid:mission_id>/change/", missions.change, name="team-mission-change"),
    path("teams/<uuid:team_id>/", teams.team, name="team"),
    path("teams/<uuid:team_id>/change/", teams.change, name="team-change"),
]
