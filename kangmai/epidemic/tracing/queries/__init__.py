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
from kangmai.epidemic.tracing.queries.tree import speed, tree

__all__ = [
    "CaseLine",
    "Pairs",
    "Show",
    "cases",
    "contacts",
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
    "tree",
    "waiting",
]
