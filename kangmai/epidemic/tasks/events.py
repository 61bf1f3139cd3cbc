"""What tasks announce in the outbox: key = id of the task or need, data = order, place and kind of task; never why."""

GIVEN = "tasks.given"
DONE = "tasks.done"
NEED_CONFIRMED = "tasks.need_confirmed"
