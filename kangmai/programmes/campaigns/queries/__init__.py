"""Everything that can be asked of campaigns."""

from kangmai.programmes.campaigns.queries.entrants import entrants, entry_rates
from kangmai.programmes.campaigns.queries.lists import (
    answered_of,
    candidates_by_school,
    count_targets,
    listed,
    progress,
    refusals,
    rooms,
    schools,
    shown,
    targets,
    vaccines,
)
from kangmai.programmes.campaigns.queries.plans import (
    campaigns,
    get_campaign,
    get_session,
    may_plan,
    rule_of,
    sessions,
    works_at,
)

__all__ = [
    "answered_of",
    "campaigns",
    "candidates_by_school",
    "count_targets",
    "entrants",
    "entry_rates",
    "get_campaign",
    "get_session",
    "listed",
    "may_plan",
    "progress",
    "refusals",
    "rooms",
    "rule_of",
    "schools",
    "sessions",
    "shown",
    "targets",
    "vaccines",
    "works_at",
]
