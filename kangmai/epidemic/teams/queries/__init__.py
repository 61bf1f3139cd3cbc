"""What teams can tell, each within the actor's reach."""

from kangmai.epidemic.teams.queries.calls import (
    callout_list,
    candidates,
    get_callout,
    my_calls,
    open_callouts,
)
from kangmai.epidemic.teams.queries.drills import drill_list, get_drill, may_assess, script_list
from kangmai.epidemic.teams.queries.missions import get_mission, mission_list
from kangmai.epidemic.teams.queries.out import out_at
from kangmai.epidemic.teams.queries.teams import (
    expert_list,
    get_team,
    kept_institutions,
    roster,
    team_list,
)

__all__ = [
    "callout_list",
    "candidates",
    "drill_list",
    "expert_list",
    "get_callout",
    "get_drill",
    "get_mission",
    "get_team",
    "kept_institutions",
    "may_assess",
    "mission_list",
    "my_calls",
    "open_callouts",
    "out_at",
    "roster",
    "script_list",
    "team_list",
]
