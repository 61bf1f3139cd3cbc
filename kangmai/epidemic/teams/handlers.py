"""What teams hear from others: a limit for an answer has passed, so the next is called."""

from collections.abc import Sequence
from datetime import UTC, datetime

from kangmai.deadlines.events import MISSED
from kangmai.epidemic.teams.actions.calling import SUBJECT, mark_late
from kangmai.kernel.actor import operator
from kangmai.kernel.feed import OUTBOX, Event, Subscription, subscribe

CALLER = operator("teams.clock", permissions=("deadlines.write",))


def call_the_next(batch: Sequence[Event]) -> None:
    """Whoever did not answer in time is late, and the next in reserve is called; may run twice."""
    late = [
        event.data["data"]["subject_id"]
        for event in batch
        if event.data["data"]["subject_kind"] == SUBJECT
    ]
    mark_late(call_ids=late, actor=CALLER, at=datetime.now(UTC))


def register() -> None:
    """Follow what deadlines say was missed."""
    subscribe(Subscription("teams.late_calls", OUTBOX, call_the_next, f"kind = '{MISSED}'"))
