"""What tracing does when the resident index finds two residents to be one, or separates them again.

Nothing moves: the later contact points to the earlier, under whom both are read, and stops pointing when the
merge is undone.
"""

from collections.abc import Sequence

from django.db import transaction

from kangmai.epidemic.tracing import models
from kangmai.identity import queries as identity
from kangmai.kernel.feed import OUTBOX, Event, Subscription, subscribe
from kangmai.kernel.ids import ResidentId

KINDS = ("identity.merged", "identity.unmerged")


def follow_merges(batch: Sequence[Event]) -> None:
    """Let contacts of merged residents be one, and of separated ones two again; may run twice."""
    concerned = {
        ResidentId(int(id))
        for event in batch
        for name, id in event.data["data"].items()
        if name in ("kept", "retired", "restored")
    }
    for resident in sorted(concerned):
        _rejoin(set(identity.same_resident_ids(resident)) | {resident})


def _rejoin(residents: set[ResidentId]) -> None:
    """Bring the people of some residents, order by order, into line with whom these stand for now."""
    with transaction.atomic():
        rows = models.Person.objects.select_for_update().filter(resident_id__in=residents)
        people = list(rows.order_by("id"))
        followed = set(models.Contact.objects.filter(person__in=people).values_list("person_id", flat=True))  # fmt: skip
        people.sort(
            key=lambda row: (row.id not in followed, row.id)
        )  # who is followed stays the head
        now = identity.standing([ResidentId(row.resident_id) for row in people])
        heads: dict[tuple[object, int], models.Person] = {}
        for row in people:
            key = (row.order_id, now[ResidentId(row.resident_id)])
            head = heads.setdefault(key, row)
            row.joined_to = head if head is not row else None
        models.Person.objects.bulk_update(people, ["joined_to"])
        _join_contacts(people)


def _join_contacts(people: Sequence[models.Person]) -> None:
    rows = models.Contact.objects.select_for_update().filter(person_id__in=[row.id for row in people])  # fmt: skip
    contacts = {row.person_id: row for row in rows.order_by("id")}
    for person in people:
        contact = contacts.get(person.id)
        if contact is not None:
            head = contacts.get(person.joined_to_id) if person.joined_to_id else None
            contact.joined_to = head
            contact.version += 1
    models.Contact.objects.bulk_update(list(contacts.values()), ["joined_to", "version"])


def register() -> None:
    """Subscribe to the outbox; called when the room wakes."""
    kinds = ", ".join(f"'{kind}'" for kind in KINDS)
    subscribe(
        Subscription(
            "tracing.merges", OUTBOX, follow_merges, condition=f"kind IN ({kinds})", batch=100
        )
    )
