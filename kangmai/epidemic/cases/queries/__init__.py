"""Reads of case reports, inside what the actor may see."""

from kangmai.epidemic.cases.queries.cards import (
    alike,
    evidence,
    first_content,
    get_card,
    history,
    person,
    persons,
    place_proposals,
)
from kangmai.epidemic.cases.queries.counts import counts, lines
from kangmai.epidemic.cases.queries.investigation import investigation
from kangmai.epidemic.cases.queries.lists import (
    assistance,
    assistance_of_card,
    lines_by_id,
    reported_since,
    search,
    waiting,
)
from kangmai.epidemic.cases.queries.survey import survey
from kangmai.epidemic.cases.queries.zero import own_days, silent

__all__ = [
    "alike",
    "assistance",
    "assistance_of_card",
    "counts",
    "evidence",
    "first_content",
    "get_card",
    "history",
    "investigation",
    "lines",
    "lines_by_id",
    "own_days",
    "person",
    "persons",
    "place_proposals",
    "reported_since",
    "search",
    "silent",
    "survey",
    "waiting",
]
