"""What case reports do when the record or the resident index changes."""

from collections.abc import Sequence
from datetime import UTC, datetime

from kangmai.epidemic.cases.actions.drafting import DRAFT, draft_from_record
from kangmai.epidemic.cases.actions.following import follow_links
from kangmai.epidemic.cases.case_book import is_reported
from kangmai.epidemic.cases.findings import findings
from kangmai.epidemic.venues.case_books import keep_case_book
from kangmai.kernel.actor import operator
from kangmai.kernel.feed import OUTBOX, Event, Subscription, subscribe
from kangmai.records import events, queries
from kangmai.records.fhir.definitions import resource_types
from kangmai.standards.calendars import legal_day

WATCHED = ("Condition", "Observation", "DiagnosticReport")
WATCHER = operator(
    "cases.watcher", permissions=("records.read", "identity.search", DRAFT, "deadlines.write")
)


def draft_cards(batch: Sequence[Event]) -> None:
    """Draft cards from notifiable diagnoses and laboratory results among what arrived."""
    at = datetime.now(UTC)
    rows = sorted({(event.data["rt"], event.data["rid"]) for event in batch})
    if found := findings(queries.by_row_ids(rows, actor=WATCHER), on=legal_day(at)):
        draft_from_record(found, actor=WATCHER, at=at)


def follow(batch: Sequence[Event]) -> None:
    """Give cards of waiting Patients their resident once it is known."""
    links = [event.data["data"] for event in batch]
    follow_links(links, actor=WATCHER, at=datetime.now(UTC))


def register() -> None:
    """Subscribe to the record and the outbox, and tell venues which cases there are; called when the room wakes."""
    keep_case_book(is_reported)
    types = ", ".join(str(resource_types()[name]) for name in WATCHED)
    subscribe(
        Subscription(
            "cases.watcher",
            events.FEED,
            draft_cards,
            condition=f"rt IN ({types})",
            batch=1000,
        )
    )
    subscribe(
        Subscription(
            "cases.follower", OUTBOX, follow, condition="kind = 'identity.linked'", batch=500
        )
    )
