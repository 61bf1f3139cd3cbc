"""What is known of a contact under all names that were found to be the same person."""

from uuid import UUID

from django.db.models import Q

from kangmai.epidemic.tracing import models
from kangmai.epidemic.tracing.reading import stay_of, test_of
from kangmai.epidemic.tracing.types import Stay, Test


def whole(contact_id: UUID, prefix: str = "contact") -> Q:
    """The condition for rows of a contact and of those who were found to be the same."""
    return Q(**{f"{prefix}_id": contact_id}) | Q(**{f"{prefix}__joined_to_id": contact_id})


def tests_of(contact_id: UUID) -> tuple[Test, ...]:
    """The tests of a contact, in order; a tube that was written down under two names once."""
    rows = models.Test.objects.filter(whole(contact_id)).order_by("sampled_at", "reference", "id")
    found = {row.reference: test_of(row) for row in rows}
    return tuple(found.values())


def stays_of(contact_id: UUID) -> tuple[Stay, ...]:
    """Where a contact was in quarantine, in order."""
    rows = models.Stay.objects.filter(whole(contact_id)).order_by("from_at", "id")
    return tuple(map(stay_of, rows))
