"""What births follow: deliveries that visits tell, first vaccinations, identity numbers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from kangmai.kernel.actor import operator
from kangmai.kernel.feed import OUTBOX, Event, Subscription, subscribe
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.births.actions.following import follow_deliveries, learn
from kangmai.programmes.births.types import KnownBy
from kangmai.programmes.engine import events as engine
from kangmai.programmes.vaccination import events as vaccination

FOLLOWER = operator(
    "births.follower", permissions=("identity.search", "programmes.read", "records.read")
)
DELIVERIES = (engine.VISITED, engine.CORRECTED)
VACCINATED = (vaccination.CHECKED_IN, vaccination.INJECTED, vaccination.DOSE_RECORDED)
NUMBERED = ("identity.correct", "identity.registered", "identity.merged")


def tell_deliveries(batch: Sequence[Event]) -> None:
    """Keep the deliveries among the visits that were recorded or corrected."""
    told = [event.data["data"] for event in batch]
    ids = [UUID(each["visit"]) for each in told if each.get("programme") == "maternal"]
    if ids:
        follow_deliveries(ids, actor=FOLLOWER, at=datetime.now(UTC))


def tell_errands(batch: Sequence[Event]) -> None:
    """Fill in what became known of children born here."""
    at = datetime.now(UTC)
    seen = {_resident(each) for each in batch if each.data["kind"] in VACCINATED}
    learn([each for each in seen if each], KnownBy.VACCINATION, actor=FOLLOWER, at=at)
    numbered = {_resident(each) for each in batch if each.data["kind"] in NUMBERED}
    learn([each for each in numbered if each], KnownBy.NUMBER, actor=FOLLOWER, at=at)


def _resident(event: Event) -> ResidentId | None:
    said = event.data["data"].get("resident", event.data["key"])
    return ResidentId(int(said)) if str(said).isdigit() else None


def register() -> None:
    """Subscribe to the outbox; called when the room wakes."""
    visits = ", ".join(f"'{kind}'" for kind in DELIVERIES)
    errands = ", ".join(f"'{kind}'" for kind in (*VACCINATED, *NUMBERED))
    subscribe(
        Subscription(
            "births.deliveries", OUTBOX, tell_deliveries, condition=f"kind IN ({visits})", batch=200
        )
    )
    subscribe(
        Subscription(
            "births.errands", OUTBOX, tell_errands, condition=f"kind IN ({errands})", batch=200
        )
    )
