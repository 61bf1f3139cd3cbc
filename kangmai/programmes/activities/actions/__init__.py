"""The writes of activities: write one down, withdraw it, report a lead, answer it, load many."""

from kangmai.programmes.activities.actions.doing import withdraw, write_activity
from kangmai.programmes.activities.actions.leads import answer, report
from kangmai.programmes.activities.actions.loading import ActivityDraft, load_activities

__all__ = [
    "ActivityDraft",
    "answer",
    "load_activities",
    "report",
    "withdraw",
    "write_activity",
]
