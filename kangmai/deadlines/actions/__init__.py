"""The writes of deadlines."""

from kangmai.deadlines.actions.clock import escalate_due, recompute
from kangmai.deadlines.actions.settle import cancel, cancel_of, meet, meet_by_hand
from kangmai.deadlines.actions.start import restart, start

__all__ = [
    "cancel",
    "cancel_of",
    "escalate_due",
    "meet",
    "meet_by_hand",
    "recompute",
    "restart",
    "start",
]
