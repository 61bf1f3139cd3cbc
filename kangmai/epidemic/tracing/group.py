"""What is known of a contact under all names that were found to be the same person."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from kangmai.epidemic.nucleic_acid import queries as testing
from kangmai.epidemic.nucleic_acid.types import TubeState
from kangmai.epidemic.orders.errors import NoOrderInForce
from kangmai.epidemic.tracing import models
from kangmai.epidemic.tracing.people import documents_of
from kangmai.epidemic.tracing.reading import stay_of, test_of
from kangmai.epidemic.tracing.types import Outcome, Stay, Test
from kangmai.identity import queries as identity
from kangmai.kernel.ids import ResidentId

OUTCOMES = {
    TubeState.NEGATIVE: Outcome.NEGATIVE,
    TubeState.POSITIVE: Outcome.POSITIVE,
    TubeState.VOID: Outcome.VOID,
}
"""What a single tube says; one that is suspect or not published is awaited."""


def whole(contact_id: UUID, prefix: str = "contact") -> Q:
    """The condition for rows of a contact and of those who were found to be the same."""
    return Q(**{f"{prefix}_id": contact_id}) | Q(**{f"{prefix}__joined_to_id": contact_id})


def tests_of(contact_id: UUID, *, at: datetime) -> tuple[Test, ...]:
    """The tests of a contact, in order of sampling: those written down here, and his single samples of testing.

    Of a tube that stands in both, testing knows better; one that was written down under two names counts once.
    """
    rows = models.Test.objects.filter(whole(contact_id)).select_related("contact__person")
    found = {row.reference: test_of(row) for row in rows.order_by("sampled_at", "reference", "id")}
    found |= {test.reference: test for test in _of_testing(contact_id, at)}
    return tuple(sorted(found.values(), key=lambda test: (test.sampled_at, test.reference)))


def _of_testing(contact_id: UUID, at: datetime) -> list[Test]:
    """Single samples of the resident whom a contact is, or under his document, while an order for testing is in force."""
    rows = models.Contact.objects.filter(Q(id=contact_id) | Q(joined_to_id=contact_id), person__isnull=False)  # fmt: skip
    contacts = list(rows.select_related("person"))
    people = [each.person for each in contacts if each.person is not None]
    if not people:
        return []
    same = identity.same_residents(
        [ResidentId(each.resident_id) for each in people if each.resident_id]
    )
    residents = {id for some in same.values() for id in some}
    try:
        singles = testing.singles_of(
            residents=residents, documents=documents_of(people, at=at), since=min(each.found_at for each in contacts), at=at
        )  # fmt: skip
    except NoOrderInForce:
        return []
    return [Test(each.sampled_at, each.code, OUTCOMES.get(each.state, Outcome.PENDING)) for each in singles]  # fmt: skip


def stays_of(contact_id: UUID) -> tuple[Stay, ...]:
    """Where a contact was in quarantine, in order."""
    rows = models.Stay.objects.filter(whole(contact_id)).order_by("from_at", "id")
    return tuple(map(stay_of, rows))
