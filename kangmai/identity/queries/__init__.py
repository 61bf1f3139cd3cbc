"""Reads of the resident index, inside the actor's scope."""

from kangmai.identity.queries.confirmed import train_from_decisions
from kangmai.identity.queries.corrections import (
    get_correction,
    open_corrections,
    own_corrections,
)
from kangmai.identity.queries.evaluation import evaluate_groups, evaluate_models
from kangmai.identity.queries.matching import decision_on, match, similar_residents
from kangmai.identity.queries.numbers import residents_numbered, residents_with_cards
from kangmai.identity.queries.persons import (
    SAME_RESIDENT_IDS_SQL,
    current,
    individuals,
    master_row_of_patient,
    members,
    patient_ids,
    patient_rids,
    patients_by_row,
    places_of,
    resident_of_patient,
    residents_of_patients,
    same_resident_ids,
    same_residents,
    standing,
)
from kangmai.identity.queries.residents import (
    get_resident,
    housemates,
    may_see,
    resident_numbered,
    residents_by_id,
    search_residents,
    search_village,
)
from kangmai.identity.queries.reviews import (
    count_waiting,
    get_case,
    linked_patients,
    merges_of,
    open_cases,
    search_reviews,
    side_ids,
)
from kangmai.identity.queries.sharing import sharing_a_phone
from kangmai.identity.queries.unmasking import unmasked

__all__ = [
    "SAME_RESIDENT_IDS_SQL",
    "count_waiting",
    "current",
    "decision_on",
    "evaluate_groups",
    "evaluate_models",
    "get_case",
    "get_correction",
    "get_resident",
    "housemates",
    "individuals",
    "linked_patients",
    "master_row_of_patient",
    "match",
    "may_see",
    "members",
    "merges_of",
    "open_cases",
    "open_corrections",
    "own_corrections",
    "patient_ids",
    "patient_rids",
    "patients_by_row",
    "places_of",
    "resident_numbered",
    "resident_of_patient",
    "residents_by_id",
    "residents_numbered",
    "residents_of_patients",
    "residents_with_cards",
    "same_resident_ids",
    "same_residents",
    "search_residents",
    "search_reviews",
    "search_village",
    "sharing_a_phone",
    "side_ids",
    "similar_residents",
    "standing",
    "train_from_decisions",
    "unmasked",
]
