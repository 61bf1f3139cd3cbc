"""What handover announces in the outbox: key = id of the row, data = system and subject."""

PREPARED = "handover.prepared"
SENT = "handover.sent"
RECEIVED = "handover.received"
REJECTED = "handover.rejected"
WITHDRAWN = "handover.withdrawn"
