"""The record's feed: one event a version written, in the order of commits."""

from kangmai.kernel.feed import Feed
from kangmai.records.types import Flag, Stored

FEED = Feed("records", "log", ("rt", "rid", "ver", "op", "ts"))
"""Events carry numbers only: type (`records.fhir.definitions.resource_types`), row id, version,
operation (C, U or D) and time."""


def is_projection(resource: Stored) -> bool:
    """Whether a resource is our own projection of a master row, and so no news from outside."""
    return bool(resource.flags & Flag.PROJECTION)
