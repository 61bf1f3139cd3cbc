"""What tracing does when testing finds a positive, and when the resident index merges residents or separates them.

A preliminary positive begins an investigation where tracing is ordered. After a merge nothing moves: the later
contact points to the earlier, under whom both are read, and stops pointing when the merge is undone.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction

from kangmai.epidemic.nucleic_acid import queries as testing
from kangmai.epidemic.nucleic_acid.events import PRELIMINARY_POSITIVE
from kangmai.epidemic.nucleic_acid.types import Positive
from kangmai.epidemic.orders.queries import find_in_force
from kangmai.epidemic.orders.types import Order, Purpose
from kangmai.epidemic.tracing import models, people
from kangmai.epidemic.tracing.actions.cases import enter_case
from kangmai.epidemic.tracing.reach import knows_case
from kangmai.epidemic.tracing.types import CaseFacts, Given
from kangmai.epidemic.venues.case_books import keep_case_book
from kangmai.identity import queries as identity
from kangmai.kernel.actor import operator
from kangmai.kernel.feed import OUTBOX, Event, Subscription, subscribe
from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.registry import queries as registry

KINDS = ("identity.merged", "identity.unmerged")
OPENER = operator(
    "tracing.positives", permissions=("tracing.investigate", "registry.read", "deadlines.write")
)
COUNTY_DIGITS = 6


def open_cases(batch: Sequence[Event]) -> None:
    """Begin the investigation of people whom testing found positive, at their county's CDC; may run twice.

    The event says only which hold it is: who that is, is asked of testing, so that nothing of it outlives the order.
    Who lives where tracing is not ordered, or of whom neither document nor name and phone are known, waits for an
    epidemiologist.
    """
    at = datetime.now(UTC)
    for event in batch:
        place = event.data["data"]["place"]
        order = find_in_force(Purpose.TRACING, place=place, at=at)
        found = testing.positive_of(int(event.data["key"]), at=at) if order is not None else None
        if order is not None and found is not None:
            _open(order, event, found, place, at)


def _given(found: Positive) -> Given:
    if found.resident is not None:
        return Given(resident=found.resident)
    return Given(
        document=found.number, name=found.name, phone=found.phone, address=found.address, place_code=found.place_code,
    )  # fmt: skip


def _open(order: Order, event: Event, positive: Positive, place: str, at: datetime) -> None:
    given = _given(positive)
    if given.resident is None and not (given.document or (given.name and given.phone)):
        return
    found = CaseFacts(given, event.data["at"], place_code=place[:12], organization=_cdc_of(place))
    with transaction.atomic():
        (person,) = people.enter([given], order_id=order.id, place_code=place, at=at)
        known = models.Case.objects.filter(person_id=person, is_outside=False)
        if not known.exists():
            enter_case(order, person, found, key=f"hold:{event.data['key']}", actor=OPENER, at=at)


def _cdc_of(place: str) -> OrganizationId | None:
    """The CDC that answers for the county of a place."""
    county = place[:COUNTY_DIGITS]
    page = registry.search_organizations(kind="cdc", division=county, limit=20, actor=OPENER)
    return next((each.id for each in page.rows if each.jurisdiction_code == county), None)


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
    """Subscribe to the outbox, and tell those who ask for ways which cases there are; called when the room wakes."""
    keep_case_book(knows_case)
    subscribe(
        Subscription(
            "tracing.positives",
            OUTBOX,
            open_cases,
            condition=f"kind = '{PRELIMINARY_POSITIVE}'",
            batch=50,
        )
    )
    kinds = ", ".join(f"'{kind}'" for kind in KINDS)
    subscribe(
        Subscription(
            "tracing.merges", OUTBOX, follow_merges, condition=f"kind IN ({kinds})", batch=100
        )
    )
