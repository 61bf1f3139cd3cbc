"""Pages of venues: on the phone of anybody, at the desk, and for those who trace; asleep without an order."""
