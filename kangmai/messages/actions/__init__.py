"""The writes of the inbox and of the queue that leads outside."""

from kangmai.messages.actions.channels import choose_channel
from kangmai.messages.actions.notify import notify
from kangmai.messages.actions.outbound import dismiss_delivery, repeat_delivery, send_due
from kangmai.messages.actions.reading import acknowledge, mark_all_read, mark_read, settle
from kangmai.messages.actions.upkeep import forget_old, tell_of_failures

__all__ = [
    "acknowledge",
    "choose_channel",
    "dismiss_delivery",
    "forget_old",
    "mark_all_read",
    "mark_read",
    "notify",
    "repeat_delivery",
    "send_due",
    "settle",
    "tell_of_failures",
]
