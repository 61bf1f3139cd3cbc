"""What orders announce in the outbox: key = id of the order, data = its number and serial."""

PROPOSED = "orders.proposed"
SIGNED = "orders.signed"
REFUSED = "orders.refused"
ENDED = "orders.ended"
ERASED = "orders.erased"
