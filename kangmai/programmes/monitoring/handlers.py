"""What monitoring follows: certificates of death."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from kangmai.kernel.actor import operator
from kangmai.kernel.feed import OUTBOX, Event, Subscription, subscribe
from kangmai.programmes.deaths import events as deaths
from kangmai.programmes.monitoring.actions.following import follow_certificates

FOLLOWER = operator("monitoring.follower", permissions=("deaths.read", "deaths.review", "programmes.read", "identity.search"))  # fmt: skip
CERTIFIED = (deaths.ISSUED, deaths.CORRECTED, deaths.VOIDED)


def tell_deaths(batch: Sequence[Event]) -> None:
    """Await the cards of the deaths that were certified, corrected or declared void."""
    ids = [UUID(str(each.data["key"])) for each in batch]
    follow_certificates(ids, actor=FOLLOWER, at=datetime.now(UTC))


def register() -> None:
    """Subscribe to the outbox; called when the room wakes."""
    kinds = ", ".join(f"'{kind}'" for kind in CERTIFIED)
    subscribe(Subscription("monitoring.deaths", OUTBOX, tell_deaths, condition=f"kind IN ({kinds})", batch=100))  # fmt: skip
