"""Everything that can be asked of campaigns."""

from kangmai.programmes.campaigns.queries.lists import (
    answered_of,
    candidates_by_school,
    count_targets,
    progress,
    refusals,
    rooms,
    schools,
    targets,
)
from kangmai.programmes.campaigns.queries.plans import (
    campaigns,
    get_campaign,
    get_session,
    may_plan,
    sessions,
    works_at,
)

__all__ = [
    "answered_of",
    "campaigns",
    "candidates_by_school",
    "count_targets",
    "get_campaign",
    "get_session",
    "may_plan",
    "progress",
    "refusals",
    "rooms",
    "schools",
    "sessions",
    "targets",
    "works_at",
]
