"""What the resident index does when the record changes."""

from collections.abc import Sequence
from datetime import UTC, datetime

from kangmai.identity.actions import link_patients, reconsider_waiting
from kangmai.kernel.actor import operator
from kangmai.kernel.feed import OUTBOX, Event, Subscription, subscribe
from kangmai.kernel.ids import ResidentId
from kangmai.records import events, queries
from kangmai.records.fhir.definitions import resource_types

LINKER = operator("identity.linker", permissions=("records.read", "identity.link"))


def link_new_patients(batch: Sequence[Event]) -> None:
    """Find the residents of Patients that came or changed; our own home Patients are theirs already."""
    rids = sorted({event.data["rid"] for event in batch})
    patients = queries.by_row_ids(
        [(resource_types()["Patient"], rid) for rid in rids], actor=LINKER
    )
    at = datetime.now(UTC)
    link_patients(patients, actor=LINKER, at=at)


def reconsider(batch: Sequence[Event]) -> None:
    """Residents came or changed: perhaps a Patient that waits is one of theirs."""
    residents = sorted({ResidentId(int(event.data["key"])) for event in batch})
    reconsider_waiting(residents, actor=LINKER, at=datetime.now(UTC))


def register() -> None:
    """Subscribe to the record and to the room's own changes; called when the room wakes."""
    kinds = ", ".join(
        f"'{each}'" for each in ("identity.registered", "identity.correct", "identity.move")
    )
    subscribe(
        Subscription(
            "identity.waiting", OUTBOX, reconsider, condition=f"kind IN ({kinds})", batch=50
        )
    )
    subscribe(
        Subscription(
            "identity.linker",
            events.FEED,
            link_new_patients,
            condition=f"rt = {resource_types()['Patient']} AND op IN ('C', 'U') AND {events.FROM_OUTSIDE}",
            batch=200,
        )
    )
