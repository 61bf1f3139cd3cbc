"""A reader of identity cards at the worklist: it types the number and Enter, and the person opens."""

import datetime

from django.urls import reverse

from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor
from kangmai.portal.programmes import rows
from kangmai.programmes.engine import queries
from kangmai.programmes.engine.types import Filter
from kangmai.standards.identity_numbers import is_identity_number, normalise_identity_number


def opens(text: str, *, actor: Actor, at: datetime.datetime) -> str:
    """Where a number that was read leads: the one visit that is due, else the record of the person.

    Empty where it is no number, nobody has it, or several visits are due, among which a person chooses.
    """
    number = normalise_identity_number(text)
    if not is_identity_number(number):
        return ""
    found = identity.search_residents(number, limit=2, actor=actor, at=at)
    if len(found) != 1:
        return ""
    due = queries.worklist(filter=Filter(text=number), limit=2, actor=actor, at=at).rows
    if len(due) > 1:
        return ""
    start = rows.start_of(due[0].enrolment) if due else ""
    return start or reverse("resident", args=[found[0].index_number])
