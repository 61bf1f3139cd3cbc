"""What quarantine does when an order is over: who is still in a room leaves it, and the rooms are let go."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction

from kangmai.epidemic.capacity import actions as capacity
from kangmai.epidemic.orders.events import ENDED
from kangmai.epidemic.orders.queries import living
from kangmai.epidemic.quarantine import models
from kangmai.epidemic.quarantine.types import OPEN, Leaving, StayState
from kangmai.kernel.feed import OUTBOX, Event, Subscription, subscribe


def let_everybody_go(batch: Sequence[Event]) -> None:
    """End stays and trips under orders that hold no more, unless an extension holds; may run twice."""
    end_over(at=datetime.now(UTC))


def end_over(*, at: datetime) -> int:
    """End what hangs on orders that are over; returns how many rooms were let go."""
    alive = living(at=at)
    with transaction.atomic():
        rows = models.Stay.objects.exclude(order_id__in=alive)
        rows.filter(state=StayState.STAYING.value).update(
            state=StayState.LEFT.value, left_at=at, leaving=Leaving.ENDED.value
        )
        rows.filter(state__in=[each.value for each in OPEN]).update(
            state=StayState.CANCELLED.value, leaving=Leaving.ENDED.value
        )
        trips = models.Trip.objects.exclude(order_id__in=alive).filter(
            disinfected_at=None, cancelled_at=None
        )
        for trip in trips.select_for_update().order_by("id"):
            capacity.disinfected(ambulance_id=trip.ambulance_id, at=at)
            trip.cancelled_at = at
            trip.save(update_fields=["cancelled_at"])
        return capacity.free_rooms_except(orders=alive, at=at)


def register() -> None:
    """Subscribe to the outbox; called when the room wakes."""
    subscribe(
        Subscription("quarantine.orders", OUTBOX, let_everybody_go, condition=f"kind = '{ENDED}'", batch=20)
    )  # fmt: skip
