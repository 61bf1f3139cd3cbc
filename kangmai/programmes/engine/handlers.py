"""What programmes do when the record or the resident index changes."""

from collections.abc import Sequence
from datetime import UTC, datetime

from kangmai.kernel.actor import operator
from kangmai.kernel.feed import OUTBOX, Event, Subscription, subscribe
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.engine.actions.following import follow_residents
from kangmai.programmes.engine.actions.suspecting import suspect
from kangmai.programmes.engine.definition.reading import programmes
from kangmai.programmes.engine.findings import findings
from kangmai.records import events, queries
from kangmai.records.fhir.definitions import resource_types
from kangmai.standards.calendars import legal_day

WATCHER = operator(
    "programmes.watcher", permissions=("records.read", "programmes.manage", "identity.search")
)
FOLLOWER = operator(
    "programmes.follower",
    permissions=("programmes.manage", "identity.search", "deadlines.read", "deadlines.write"),
)
FOLLOWED = ("identity.move", "identity.correct", "identity.merged", "identity.unmerged")


def suspect_residents(batch: Sequence[Event]) -> None:
    """Look for raised readings and diagnoses among what arrived."""
    at = datetime.now(UTC)
    watched = [each for each in programmes(on=legal_day(at)) if each.suspicion]
    rows = sorted({(event.data["rt"], event.data["rid"]) for event in batch})
    resources = queries.by_row_ids(rows, actor=WATCHER)
    for programme in watched:
        if found := findings(programme, resources):
            suspect(programme, found, actor=WATCHER, at=at)


def follow(batch: Sequence[Event]) -> None:
    """Bring enrolments into line with residents who died, moved or were merged."""
    ids = [ResidentId(int(event.data["key"])) for event in batch]
    follow_residents(ids, actor=FOLLOWER, at=datetime.now(UTC))


def register() -> None:
    """Subscribe to the record and the outbox; called when the room wakes."""
    types = ", ".join(str(resource_types()[name]) for name in ("Observation", "Condition"))
    subscribe(
        Subscription(
            "programmes.watcher",
            events.FEED,
            suspect_residents,
            condition=f"rt IN ({types}) AND op IN ('C', 'U')",
            batch=1000,
        )
    )
    kinds = ", ".join(f"'{kind}'" for kind in FOLLOWED)
    subscribe(
        Subscription(
            "programmes.follower", OUTBOX, follow, condition=f"kind IN ({kinds})", batch=100
        )
    )
