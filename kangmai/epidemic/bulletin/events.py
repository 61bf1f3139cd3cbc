"""What bulletins announce in the outbox: key = id of the bulletin, data = order, day, edition."""

DRAFTED = "bulletin.drafted"
RETURNED = "bulletin.returned"
ISSUED = "bulletin.issued"
RELEASED = "bulletin.released"
