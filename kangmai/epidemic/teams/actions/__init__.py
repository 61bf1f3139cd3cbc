"""The writes of teams."""

from kangmai.epidemic.teams.actions.calling import (
    answer,
    call_out,
    close_callout,
    mark_late,
    report,
)
from kangmai.epidemic.teams.actions.drilling import (
    add_lesson,
    assess,
    do_step,
    end_drill,
    mend_lesson,
    plan_drill,
    report_drill,
    start_drill,
    withdraw_drill,
)
from kangmai.epidemic.teams.actions.forming import (
    change_members,
    close,
    end_expert,
    form,
    name_expert,
    set_roster,
)
from kangmai.epidemic.teams.actions.missions import (
    acknowledge,
    come_back,
    leave,
    plan_mission,
    withdraw_mission,
)

__all__ = [
    "acknowledge",
    "add_lesson",
    "answer",
    "assess",
    "call_out",
    "change_members",
    "close",
    "close_callout",
    "come_back",
    "do_step",
    "end_drill",
    "end_expert",
    "form",
    "leave",
    "mark_late",
    "mend_lesson",
    "name_expert",
    "plan_drill",
    "plan_mission",
    "report",
    "report_drill",
    "set_roster",
    "start_drill",
    "withdraw_drill",
    "withdraw_mission",
]
