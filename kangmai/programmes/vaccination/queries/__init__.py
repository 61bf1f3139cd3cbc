"""Everything that can be asked of the clinic."""

from kangmai.programmes.vaccination.queries.children import count_late, coverage, late
from kangmai.programmes.vaccination.queries.courses import courses, visits_by_id
from kangmai.programmes.vaccination.queries.reactions import (
    cards,
    cards_of,
    get_card,
    may_report,
    may_review,
)
from kangmai.programmes.vaccination.queries.stock import (
    LedgerLine,
    breaches,
    decides,
    fridges,
    get_breach,
    get_fridge,
    get_lot,
    held,
    keeps,
    ledger,
    readings,
    recipients,
    unbalanced,
)
from kangmai.programmes.vaccination.queries.visits import (
    day,
    find_package,
    get_visit,
    look_at,
    may_work,
    record_of,
    visits_of,
)

__all__ = [
    "LedgerLine",
    "breaches",
    "cards",
    "cards_of",
    "count_late",
    "courses",
    "coverage",
    "day",
    "decides",
    "find_package",
    "fridges",
    "get_breach",
    "get_card",
    "get_fridge",
    "get_lot",
    "get_visit",
    "held",
    "keeps",
    "late",
    "ledger",
    "look_at",
    "may_report",
    "may_review",
    "may_work",
    "readings",
    "recipients",
    "record_of",
    "unbalanced",
    "visits_by_id",
    "visits_of",
]
