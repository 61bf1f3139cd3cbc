"""What is known of tasks and needs; every read passes the gate of orders, and those that name people are written down."""

from kangmai.epidemic.tasks.queries.board import board, figures, unsampled
from kangmai.epidemic.tasks.queries.lists import (
    get_task,
    photo,
    tasks,
    waiting,
    waiting_by_village,
)
from kangmai.epidemic.tasks.queries.needs import needs

__all__ = [
    "board",
    "figures",
    "get_task",
    "needs",
    "photo",
    "tasks",
    "unsampled",
    "waiting",
    "waiting_by_village",
]
