"""What early warning knows, inside the actor's places."""

from kangmai.epidemic.surveillance.queries.book import (
    case_rules,
    conditions,
    grades,
    sources,
    title,
)
from kangmai.epidemic.surveillance.queries.dashboard import (
    load,
    mutes,
    performance,
    plan_in_force,
    runs,
    tunings,
)
from kangmai.epidemic.surveillance.queries.desk import (
    counts,
    desk,
    evidence,
    get_signal,
    groups_seen,
    history,
    mergeable,
    merged,
    similar,
)
from kangmai.epidemic.surveillance.queries.outbreaks import (
    Situation,
    contacts_of,
    get_outbreak,
    lines,
    measures_of,
    reports_of,
    signals_of,
    situation,
)
from kangmai.epidemic.surveillance.queries.outbreaks import history as outbreak_history
from kangmai.epidemic.surveillance.queries.outbreaks import search as outbreaks
from kangmai.epidemic.surveillance.queries.series import (
    around,
    by_area,
    by_day,
    completeness,
    conditions_seen,
    places_of,
)

__all__ = [
    "Situation",
    "around",
    "by_area",
    "by_day",
    "case_rules",
    "completeness",
    "conditions",
    "conditions_seen",
    "contacts_of",
    "counts",
    "desk",
    "evidence",
    "get_outbreak",
    "get_signal",
    "grades",
    "groups_seen",
    "history",
    "lines",
    "load",
    "measures_of",
    "mergeable",
    "merged",
    "mutes",
    "outbreak_history",
    "outbreaks",
    "performance",
    "places_of",
    "plan_in_force",
    "reports_of",
    "runs",
    "signals_of",
    "similar",
    "situation",
    "sources",
    "title",
    "tunings",
]
