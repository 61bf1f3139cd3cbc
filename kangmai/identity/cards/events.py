"""What cards announce in the outbox; the key is the card's id, data are ids and codes only."""

ISSUED = "cards.issued"
SUSPENDED = "cards.suspended"
RESUMED = "cards.resumed"
REPLACED = "cards.replaced"
CANCELLED = "cards.cancelled"
