"""That a colleague visits somebody, and by when: shown to teams without a word of why."""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, Purpose, is_permitted
from kangmai.portal.programmes import wording
from kangmai.portal.residents.numbers import address_of
from kangmai.portal.shell import area, words
from kangmai.programmes.engine import queries
from kangmai.standards.calendars import legal_day

VISIT = "programmes.visit"
MOST = 30


@dataclass(frozen=True, slots=True)
class Line:
    """A resident whom a colleague visits."""

    name: str
    number: str
    address: str
    place: str
    due_on: str
    due: str


def lines(*, actor: Actor, at: datetime.datetime) -> tuple[Line, ...]:
    """The residents of a worklist's reach whom colleagues visit; none for those who visit nobody."""
    if not is_permitted(actor, VISIT) or actor.purpose is Purpose.RESIDENT:
        return ()
    on = legal_day(at)
    return tuple(
        Line(
            each.name,
            each.index_number,
            address_of(each.index_number),
            area.name_of(each.place_code),
            words.day(each.due_on),
            wording.days_left((each.due_on - on).days),
        )
        for each in queries.veiled_visits(limit=MOST, actor=actor, at=at)
    )


def of_resident(found: Resident, *, actor: Actor, at: datetime.datetime) -> str:
    """The same on the page of a resident, in a sentence; empty where nothing is due."""
    if not is_permitted(actor, VISIT) or actor.purpose is Purpose.RESIDENT:
        return ""
    due_on = queries.veiled_visit_of(found.id, actor=actor, at=at)
    return _("A colleague visits; due on %(day)s.") % {"day": words.day(due_on)} if due_on else ""
