"""What family announces in the outbox; the key is the authority's id, data are ids and codes only."""

GRANTED = "family.granted"
ENDED = "family.ended"
