"""Which colour follows from what tracing knows of somebody: a case, a contact, and the end of being one."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime

from kangmai.epidemic.orders.errors import NoOrderInForce
from kangmai.epidemic.tracing import models
from kangmai.epidemic.tracing.people import documents_of
from kangmai.epidemic.tracing.types import ContactState, Kind
from kangmai.epidemic.venues import actions as venues
from kangmai.epidemic.venues.types import Fact, PersonKey
from kangmai.kernel.ids import ResidentId

REASONS = {Kind.CLOSE: "contact_in_quarantine", Kind.SECONDARY: "second_contact_at_home"}


def show_contacts(contacts: Sequence[models.Contact], *, at: datetime) -> None:
    """Let the codes of contacts show what they are now; nothing where no colours are ordered."""
    for row in contacts:
        is_followed = row.state == ContactState.FOLLOWED.value
        for kind, reason in REASONS.items():
            fact = Fact(reason, "contact_record", str(row.id))
            give = is_followed and row.kind == kind.value
            _tell(fact, [row.person] if row.person else [], gives=give, at=at)


def show_case(case: models.Case, *, at: datetime) -> None:
    """Let the code of a case be that of a case, until somebody lifts it."""
    fact = Fact("case_not_recovered", "case_report", case.number)
    _tell(fact, [case.person] if case.person else [], gives=True, at=at)


def _tell(fact: Fact, people: Collection[models.Person], *, gives: bool, at: datetime) -> None:
    if not people:
        return
    change = venues.colour_by_fact if gives else venues.lift_by_fact
    with suppress(NoOrderInForce):
        change(
            fact=fact,
            residents=[ResidentId(each.resident_id) for each in people if each.resident_id],
            documents=documents_of(people, at=at),
            persons=[PersonKey(each.venue_person) for each in people if each.venue_person],
            at=at,
        )
