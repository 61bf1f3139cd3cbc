"""The writes of deadlines."""

from kangmai.deadlines.actions.clock import escalate_due, recompute
from kangmai.deadlines.actions.load import Loaded, load
from kangmai.deadlines.actions.settle import cancel, cancel_of, meet, meet_by_hand
from kangmai.deadlines.actions.start import restart, start

__all__ = [
    "Loaded",
    "cancel",
    "cancel_of",
    "escalate_due",
    "load",
    "meet",
    "meet_by_hand",
    "recompute",
    "restart",
    "start",
]
