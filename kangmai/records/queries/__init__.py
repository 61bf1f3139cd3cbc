"""Reads of the record: every one inside the actor's scope, every one audited."""

from kangmai.records.queries.checking import Mode, ProfileNeeded, check
from kangmai.records.queries.coded import CodedRows, coded_rows
from kangmai.records.queries.consistency import Consistency, IndexFault, sample_index
from kangmai.records.queries.everything import EverythingPage, Place, Wanted, everything
from kangmai.records.queries.intake import intake_tables, intake_template
from kangmai.records.queries.jobs import get_job, read_job_file
from kangmai.records.queries.latest import Measured, WantedCode, latest_observations
from kangmai.records.queries.ledger import Known, known_of_source
from kangmai.records.queries.parameters import (
    AddedState,
    added_parameters,
    added_version,
    all_index_states,
    index_states,
)
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
from kangmai.records.queries.subscriptions import subscription_status, subscription_topics
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
from kangmai.records.queries.trail import (
    DEFAULT_COUNT,
    Deed,
    FoundDeeds,
    count_deeds,
    get_deed,
    search_deeds,
    trail_interaction,
)
from kangmai.records.queries.trail import RESTFUL as TRAIL_RESTFUL
from kangmai.records.queries.trail import SYSTEM as TRAIL_SYSTEM

__all__ = [
    "DEFAULT_COUNT",
    "TRAIL_RESTFUL",
    "TRAIL_SYSTEM",
    "AddedState",
    "Coded",
    "CodedRows",
    "Concept",
    "Consistency",
    "Deed",
    "EverythingPage",
    "Expansion",
    "FoundDeeds",
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
    "added_parameters",
    "added_version",
    "all_index_states",
    "by_row_ids",
    "check",
    "coded_rows",
    "count_deeds",
    "count_types",
    "everything",
    "expand",
    "find_people",
    "get",
    "get_deed",
    "get_job",
    "get_version",
    "index_states",
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
    "search_deeds",
    "search_history",
    "search_versions",
    "subscription_status",
    "subscription_topics",
    "subsumes",
    "timeline",
    "timeline_authors",
    "trail_interaction",
    "translate",
]
