"""Reads of the record: every one inside the actor's scope, every one audited."""

from kangmai.records.queries.checking import Mode, ProfileNeeded, check
from kangmai.records.queries.everything import EverythingPage, Place, Wanted, everything
from kangmai.records.queries.jobs import get_job, read_job_file
from kangmai.records.queries.resources import (
    HistoryEntry,
    Page,
    PlacedPatient,
    Position,
    TimelineEntry,
    by_row_ids,
    count_types,
    find_people,
    get,
    get_version,
    patients_of,
    search,
    search_history,
    search_versions,
    timeline,
)

__all__ = [
    "EverythingPage",
    "HistoryEntry",
    "Mode",
    "Page",
    "Place",
    "PlacedPatient",
    "Position",
    "ProfileNeeded",
    "TimelineEntry",
    "Wanted",
    "by_row_ids",
    "check",
    "count_types",
    "everything",
    "find_people",
    "get",
    "get_job",
    "get_version",
    "patients_of",
    "read_job_file",
    "search",
    "search_history",
    "search_versions",
    "timeline",
]
