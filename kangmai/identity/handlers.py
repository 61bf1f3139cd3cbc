"""What the resident index does when the record changes."""

from collections.abc import Sequence
from datetime import UTC, datetime

from kangmai.identity.actions import link_patients
from kangmai.kernel.actor import operator
from kangmai.kernel.feed import Event, Subscription, subscribe
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


def register() -> None:
    """Subscribe to the record; called when the room wakes."""
    subscribe(
        Subscription(
            "identity.linker",
            events.FEED,
            link_new_patients,
            condition=f"rt = {resource_types()['Patient']} AND op IN ('C', 'U') AND {events.FROM_OUTSIDE}",
            batch=200,
        )
    )
