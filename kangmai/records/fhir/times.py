"""FHIR instants as text."""

import datetime


def instant(at: datetime.datetime) -> str:
    """A FHIR instant in UTC with milliseconds."""
    return at.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
