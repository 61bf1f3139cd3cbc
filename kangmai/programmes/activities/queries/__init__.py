"""What institutions did, and how far each is with the least of a year."""

from kangmai.programmes.activities.queries.lists import (
    activity_list,
    get_activity,
    may_answer,
    may_write,
    photo,
    writers,
)
from kangmai.programmes.activities.queries.standing import standings
from kangmai.programmes.activities.rulebook import activity_rule, activity_rules

__all__ = [
    "activity_list",
    "activity_rule",
    "activity_rules",
    "get_activity",
    "may_answer",
    "may_write",
    "photo",
    "standings",
    "writers",
]
