"""What is done with tasks and needs; every one passes the gate of orders."""

from kangmai.epidemic.tasks.actions.doing import cancel, finish, start
from kangmai.epidemic.tasks.actions.giving import (
    give,
    give_checks,
    give_for_needs,
    give_unsampled,
)
from kangmai.epidemic.tasks.actions.needs import (
    add_need,
    confirm_need,
    decline_need,
    end_need,
    propose_needs,
)
from kangmai.epidemic.tasks.actions.reminding import remind

__all__ = [
    "add_need",
    "cancel",
    "confirm_need",
    "decline_need",
    "end_need",
    "finish",
    "give",
    "give_checks",
    "give_for_needs",
    "give_unsampled",
    "propose_needs",
    "remind",
    "start",
]
