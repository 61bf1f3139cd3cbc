"""Reads of the record: every one inside the actor's scope, every one audited."""

from kangmai.records.queries.checking import Mode, ProfileNeeded, check
from kangmai.records.queries.coded import CodedRows, coded_rows
from kangmai.records.queries.consistency import Consistency, IndexFault, sample_index
from kangmai.records.queries.everything import EverythingPage, Place, Wanted, everything
from kangmai.records.queries.intake import intake_tables, intake_template
from kangmai.records.queries.jobs import get_job, read_job_file
from kangmai.records.queries.latest import Measured, WantedCode, latest_observations
from kangmai.records.queries.ledger import Known, known_of_source
from kangmai.records.queries.people import find_people
from kangmai.records.queries.resources import (
    HistoryEntry,
    Page,
    PlacedPatient,
    Position,
    TimelineEntry,
    by_row_ids,
    count_types,
    get,
    get_version,
    patients_of,
    search,
    search_history,
    search_versions,
    timeline,
    timeline_authors,
)
from kangmai.records.queries.terminology import (
    Coded,
    Concept,
    Expansion,
    Subsumption,
    Translated,
    Verdict,
    expand,
    is_code_of_system,
    is_code_of_value_set,
    lookup,
    subsumes,
    translate,
)

__all__ = [
    "Coded",
    "CodedRows",
    "Concept",
    "Consistency",
    "EverythingPage",
    "Expansion",
    "HistoryEntry",
    "IndexFault",
    "Known",
    "Measured",
    "Mode",
    "Page",
    "Place",
    "PlacedPatient",
    "Position",
    "ProfileNeeded",
    "Subsumption",
    "TimelineEntry",
    "Translated",
    "Verdict",
    "Wanted",
    "WantedCode",
    "by_row_ids",
    "check",
    "coded_rows",
    "count_types",
    "everything",
    "expand",
    "find_people",
    "get",
    "get_job",
    "get_version",
    "intake_tables",
    "intake_template",
    "is_code_of_system",
    "is_code_of_value_set",
    "known_of_source",
    "latest_observations",
    "lookup",
    "patients_of",
    "read_job_file",
    "sample_index",
    "search",
    "search_history",
    "search_versions",
    "subsumes",
    "timeline",
    "timeline_authors",
    "translate",
]
