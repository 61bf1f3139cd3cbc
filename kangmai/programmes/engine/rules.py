"""What programmes decide without a table: when a service is due, what a visit means.

The door of this folder: what others need of its parts is named in `__all__`.
"""

from kangmai.programmes.engine.deciding import decide, empty_facts
from kangmai.programmes.engine.definition.reading import kept_measures, labels_of
from kangmai.programmes.engine.given import decide_facts, outcome_title
from kangmai.programmes.engine.planning import (
    Anchors,
    Done,
    next_planned,
    plan,
    required_this_year,
)
from kangmai.programmes.engine.portable import (
    judges_growth,
    portable_cases,
    portable_growth,
    portable_rules,
)
from kangmai.programmes.engine.types import lateness

__all__ = [
    "Anchors",
    "Done",
    "decide",
    "decide_facts",
    "empty_facts",
    "judges_growth",
    "kept_measures",
    "labels_of",
    "lateness",
    "next_planned",
    "outcome_title",
    "plan",
    "portable_cases",
    "portable_growth",
    "portable_rules",
    "required_this_year",
]
