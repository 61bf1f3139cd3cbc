"""What contracts do when the resident index changes, and when programmes recorded a visit."""

from collections.abc import Sequence
from datetime import UTC, datetime

from kangmai.kernel.actor import operator
from kangmai.kernel.feed import OUTBOX, Event, Subscription, subscribe
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.contracts.actions.following import follow_residents
from kangmai.programmes.contracts.actions.serving import reckon_residents
from kangmai.programmes.engine import events as visits_events

FOLLOWER = operator("contracts.follower", permissions=("contracts.sign", "identity.search"))
COUNTED = (visits_events.VISITED, visits_events.CORRECTED)
FOLLOWED = ("identity.move", "identity.correct", "identity.merged", "identity.unmerged")


def follow(batch: Sequence[Event]) -> None:
    """Bring contracts into line with residents who died, moved or were merged."""
    ids = [ResidentId(int(event.data["key"])) for event in batch]
    follow_residents(ids, actor=FOLLOWER, at=datetime.now(UTC))


def count(batch: Sequence[Event]) -> None:
    """Count again what was done of the contracts of residents who were visited; the night counts all."""
    ids = {ResidentId(int(event.data["data"]["resident"])) for event in batch}
    reckon_residents(sorted(ids), actor=FOLLOWER, at=datetime.now(UTC))


def register() -> None:
    """Subscribe to the outbox; called when the room wakes."""
    kinds = ", ".join(f"'{kind}'" for kind in FOLLOWED)
    subscribe(
        Subscription(
            "contracts.follower", OUTBOX, follow, condition=f"kind IN ({kinds})", batch=100
        )
    )
    visits = ", ".join(f"'{kind}'" for kind in COUNTED)
    subscribe(
        Subscription("contracts.counter", OUTBOX, count, condition=f"kind IN ({visits})", batch=200)
    )
