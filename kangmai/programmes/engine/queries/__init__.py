"""What programmes know, inside the actor's scope."""

from kangmai.programmes.engine.definition.types import OutcomeClass, Programme, RuleSet
from kangmai.programmes.engine.queries.comparing import changed, compare
from kangmai.programmes.engine.queries.enrolments import (
    attempts_of,
    enrolments_by_id,
    enrolments_of,
    evidence_of,
    get_enrolment,
    hidden,
    offered_programmes,
    programme,
    programmes,
    programmes_open_to,
    rule_set,
    rules_of,
    transfer_of,
)
from kangmai.programmes.engine.queries.forms import try_visit, visit_form
from kangmai.programmes.engine.queries.joint import Joined, joined_services, opened_by
from kangmai.programmes.engine.queries.many import VisitRows, visits_behind, visits_since
from kangmai.programmes.engine.queries.places import MOST_PLACED, kept_filters, people_by_place
from kangmai.programmes.engine.queries.veiled import veiled_visit_of, veiled_visits
from kangmai.programmes.engine.queries.visits import (
    counted_visits,
    get_visit,
    judgements_of,
    visits_by_id,
    visits_of,
)
from kangmai.programmes.engine.queries.worklist import counts, worklist

__all__ = [
    "MOST_PLACED",
    "Joined",
    "OutcomeClass",
    "Programme",
    "RuleSet",
    "VisitRows",
    "attempts_of",
    "changed",
    "compare",
    "counted_visits",
    "counts",
    "enrolments_by_id",
    "enrolments_of",
    "evidence_of",
    "get_enrolment",
    "get_visit",
    "hidden",
    "joined_services",
    "judgements_of",
    "kept_filters",
    "offered_programmes",
    "opened_by",
    "people_by_place",
    "programme",
    "programmes",
    "programmes_open_to",
    "rule_set",
    "rules_of",
    "transfer_of",
    "try_visit",
    "veiled_visit_of",
    "veiled_visits",
    "visit_form",
    "visits_behind",
    "visits_by_id",
    "visits_of",
    "visits_since",
    "worklist",
]
