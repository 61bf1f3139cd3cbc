"""What nucleic-acid testing announces in the outbox: key = id of the thing, data = ids and codes."""

ROUND_OPENED = "nucleic_acid.round_opened"
ROUND_CLOSED = "nucleic_acid.round_closed"
POOL_FOUND = "nucleic_acid.pool_found"
PRELIMINARY_POSITIVE = "nucleic_acid.preliminary_positive"
"""key = id of the hold, by which `queries.positive_of` says who it is while the order is in force; data: order, round, pool, place."""
POOL_CONCLUDED = "nucleic_acid.pool_concluded"
ANTIGEN_POSITIVE = "nucleic_acid.antigen_positive"
