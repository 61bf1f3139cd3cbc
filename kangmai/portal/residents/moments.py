"""When a resource says that it happened: the field differs by type, the question is the same.

Source: HL7 FHIR R4 (4.0.1), the FiveWs mapping "done" or "recorded" of each resource type.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

FIELDS = (
    "effectiveDateTime",
    "effectivePeriod",
    "effectiveInstant",
    "performedDateTime",
    "performedPeriod",
    "occurrenceDateTime",
    "occurrencePeriod",
    "onsetDateTime",
    "onsetPeriod",
    "recordedDate",
    "authoredOn",
    "period",
    "started",
    "start",
    "issued",
    "date",
    "created",
    "authored",
    "whenHandedOver",
    "dateAsserted",
    "dateTime",
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A FHIR date or instant, as precise as it was written."""

    iso: str

    @property
    def day(self) -> str:
        """The legal day (Asia/Shanghai) as YYYY-MM-DD, or the year or month alone."""
        if len(self.iso) <= 10:
            return self.iso
        return timezone.localtime(datetime.datetime.fromisoformat(self.iso)).date().isoformat()

    @property
    def time(self) -> str:
        """HH:MM in Asia/Shanghai; empty for a date."""
        if len(self.iso) <= 10:
            return ""
        return timezone.localtime(datetime.datetime.fromisoformat(self.iso)).strftime("%H:%M")


def moment_of(resource: Mapping[str, Any]) -> Moment | None:
    """When it happened, or None where the resource does not say."""
    for name in FIELDS:
        value = resource.get(name)
        if isinstance(value, Mapping):
            value = value.get("start") or value.get("end")
        if isinstance(value, str) and value:
            return Moment(value)
    return None
