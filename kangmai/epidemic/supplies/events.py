"""What supplies announce in the outbox: key = id of the entry or transfer, data = institutions and state."""

BOOKED = "supplies.booked"
REVERSED = "supplies.reversed"
LOADS_SET = "supplies.loads_set"
TRANSFER_ASKED = "supplies.transfer_asked"
TRANSFER_CHANGED = "supplies.transfer_changed"
