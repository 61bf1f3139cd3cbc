"""Reads of tracing; every one passes the gate of orders, and those that name people are written down."""

from kangmai.epidemic.tracing.queries.cases import (
    CaseLine,
    Pairs,
    cases,
    exposures,
    get_case,
    pairs,
    people_of_case,
    searches,
)
from kangmai.epidemic.tracing.queries.contacts import Show, contacts, get_contact, waiting
from kangmai.epidemic.tracing.queries.line_lists import (
    get_list,
    line_lists,
    list_file,
    reply_file,
)
from kangmai.epidemic.tracing.queries.lodging import (
    NO_CARE,
    AtHome,
    Care,
    at_home,
    care_of,
    cases_met,
    contacts_by_id,
    states_of,
)
from kangmai.epidemic.tracing.queries.standing import Standing, standing
from kangmai.epidemic.tracing.queries.towns import TownLine, towns
from kangmai.epidemic.tracing.queries.tree import speed, tree

__all__ = [
    "NO_CARE",
    "AtHome",
    "Care",
    "CaseLine",
    "Pairs",
    "Show",
    "Standing",
    "TownLine",
    "at_home",
    "care_of",
    "cases",
    "cases_met",
    "contacts",
    "contacts_by_id",
    "exposures",
    "get_case",
    "get_contact",
    "get_list",
    "line_lists",
    "list_file",
    "pairs",
    "people_of_case",
    "reply_file",
    "searches",
    "speed",
    "standing",
    "states_of",
    "towns",
    "tree",
    "waiting",
]
