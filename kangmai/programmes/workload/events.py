"""What work and pay announce in the outbox; the key is the check's id, data are ids and counts only."""

DRAWN = "workload.drawn"
CLOSED = "workload.closed"
