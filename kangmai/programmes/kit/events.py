"""What kits announce in the outbox; the key is the kit's id, data are ids and counts only."""

PREPARED = "kit.prepared"
ERASE_ASKED = "kit.erase_asked"
ERASED = "kit.erased"
