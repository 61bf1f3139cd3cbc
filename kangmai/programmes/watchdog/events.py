"""What the watchdog announces in the outbox; the key is the finding's id, data are ids and codes only."""

FOUND = "watchdog.found"
ANSWERED = "watchdog.answered"
RETURNED = "watchdog.returned"
CLOSED = "watchdog.closed"
