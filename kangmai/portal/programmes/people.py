"""The head of a page about one resident in a programme."""

import datetime

from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import ResidentId
from kangmai.portal.residents import presenters
from kangmai.portal.residents.presenters import Person
from kangmai.standards.calendars import legal_day


def resident(resident_id: ResidentId, *, actor: Actor, at: datetime.datetime) -> Resident:
    """The resident as of today, whatever he was merged into since."""
    return identity.get_resident(identity.current(resident_id), actor=actor, at=at)


def head(found: Resident, *, at: datetime.datetime) -> Person:
    """Who it is."""
    return presenters.person(found, on=legal_day(at))
