"""Reads of figures and of the lake, each within what the actor may see."""

from kangmai.analytics.queries.comparisons import (
    behind,
    level_of_figure,
    movement,
    movements,
    recount,
)
from kangmai.analytics.queries.figures import (
    area_of,
    card,
    compute,
    count_together,
    find_earlier,
    indicators,
    reason_without,
)
from kangmai.analytics.queries.keeping import (
    freezes,
    get_freeze,
    published,
    received,
    received_ids,
)
from kangmai.analytics.queries.lakes import (
    cutoff,
    frozen_manifests,
    lake,
    lake_state,
    manifest_in_force,
    verify_lake,
)
from kangmai.analytics.queries.rows import rows_behind

__all__ = [
    "area_of",
    "behind",
    "card",
    "compute",
    "count_together",
    "cutoff",
    "find_earlier",
    "freezes",
    "frozen_manifests",
    "get_freeze",
    "indicators",
    "lake",
    "lake_state",
    "level_of_figure",
    "manifest_in_force",
    "movement",
    "movements",
    "published",
    "reason_without",
    "received",
    "received_ids",
    "recount",
    "rows_behind",
    "verify_lake",
]
