"""What deadlines announce in the outbox: key = id of the deadline, data = definition and subject."""

STARTED = "deadlines.started"
MET = "deadlines.met"
MISSED = "deadlines.missed"
CANCELLED = "deadlines.cancelled"
