"""The record's feed: one event a version written, in the order of commits."""

from kangmai.kernel.feed import Feed
from kangmai.records.types import Flag

FEED = Feed("records", "log", ("rt", "rid", "ver", "op", "flags", "ts"))
"""Events carry numbers only: type (`records.fhir.definitions.resource_types`), row id, version,
operation (C, U or D), flags (`records.types.Flag`) and time."""

FROM_OUTSIDE = f"flags & {int(Flag.PROJECTION)} = 0"
"""The condition of a subscription that leaves out our own projections of master rows."""
