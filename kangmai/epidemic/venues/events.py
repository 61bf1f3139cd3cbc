"""What venues announce in the outbox: key = id of the decision or lookup; ids and reasons of the list only."""

COLOUR_CHANGED = "venues.colour_changed"
LOOKUP_ASKED = "venues.lookup_asked"
LOOKUP_DECIDED = "venues.lookup_decided"
