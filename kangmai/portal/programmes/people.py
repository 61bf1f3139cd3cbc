"""The head of a page about one resident in a programme."""

import datetime

from kangmai.identity import queries as identity
from kangmai.identity.errors import ResidentNotFound
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import ResidentId
from kangmai.portal.residents import presenters
from kangmai.portal.residents.presenters import Person
from kangmai.standards.calendars import legal_day


def resident(resident_id: ResidentId, *, actor: Actor, at: datetime.datetime) -> Resident:
    """The resident as of today, whatever he was merged into since."""
    return identity.get_resident(identity.current(resident_id), actor=actor, at=at)


def find_resident(
    resident_id: ResidentId, *, actor: Actor, at: datetime.datetime
) -> Resident | None:
    """The resident, or None where his record is not open to the actor: as while a hand-over waits."""
    try:
        return resident(resident_id, actor=actor, at=at)
    except ResidentNotFound:
        return None


def head(found: Resident, *, at: datetime.datetime) -> Person:
    """Who it is."""
    return presenters.person(found, on=legal_day(at))
