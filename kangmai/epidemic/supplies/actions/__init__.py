"""The writes of supplies."""

from kangmai.epidemic.supplies.actions.booking import book, discard_expired, reverse
from kangmai.epidemic.supplies.actions.counting import import_counts
from kangmai.epidemic.supplies.actions.loading import load_stores
from kangmai.epidemic.supplies.actions.posts import set_loads
from kangmai.epidemic.supplies.actions.readings import read_days
from kangmai.epidemic.supplies.actions.transfers import (
    ask,
    receive,
    refuse,
    send,
    sign_difference,
    withdraw,
)

__all__ = [
    "ask",
    "book",
    "discard_expired",
    "import_counts",
    "load_stores",
    "read_days",
    "receive",
    "refuse",
    "reverse",
    "send",
    "set_loads",
    "sign_difference",
    "withdraw",
]
