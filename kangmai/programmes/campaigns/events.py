"""What campaigns announce in the outbox: key = id of the row, data = ids, codes and counts."""

OPENED = "campaigns.opened"
LISTED = "campaigns.listed"
CONSENTED = "campaigns.consented"
PLANNED = "campaigns.planned"
CANCELLED = "campaigns.cancelled"
ENDED = "campaigns.ended"
CLOSED = "campaigns.closed"
