"""Everything that changes something in campaigns."""

from kangmai.programmes.campaigns.actions.answering import take_back_answer, write_answers
from kangmai.programmes.campaigns.actions.entering import check_entrants, take_entrants
from kangmai.programmes.campaigns.actions.listing import (
    judge_residents,
    keep_campaigns,
    refresh,
    take_list,
)
from kangmai.programmes.campaigns.actions.opening import close_campaign, open_campaign
from kangmai.programmes.campaigns.actions.sessions import (
    cancel_session,
    check_in,
    end_session,
    plan_session,
)

__all__ = [
    "cancel_session",
    "check_entrants",
    "check_in",
    "close_campaign",
    "end_session",
    "judge_residents",
    "keep_campaigns",
    "open_campaign",
    "plan_session",
    "refresh",
    "take_back_answer",
    "take_entrants",
    "take_list",
    "write_answers",
]
