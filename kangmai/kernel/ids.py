"""Identifiers: four that concern a resident and are never interchangeable, and the ids of other things."""

import os
import threading
import time
from typing import NewType
from uuid import UUID

ResidentId = NewType("ResidentId", int)
"""The resident in `identity`: never shown to people, never reused."""

IndexNumber = NewType("IndexNumber", str)
"""The number of the resident master index as people and other systems quote it."""

PatientId = NewType("PatientId", str)
"""The logical id of one FHIR Patient; a resident may have many."""

HealthRecordNumber = NewType("HealthRecordNumber", str)
"""The 17-digit number of the resident health record (county 6, town 3, village 3, serial 5)."""

AccountId = NewType("AccountId", int)
OrganizationId = NewType("OrganizationId", int)
ResourceRowId = NewType("ResourceRowId", int)

_lock = threading.Lock()
_latest = 0


def uuid7() -> UUID:
    """Make a UUID of version 7 that is larger than every one this process made before.

    Milliseconds since 1970 stand in the upper 48 bits, a counter within the process in the next
    twelve, chance in the rest, so that new rows enter indexes at the right-hand end.

    Source: RFC 9562, 5.7 and 6.2 method 3.
    """
    global _latest
    with _lock:
        _latest = max(_latest + 1, time.time_ns() * 4096 // 1_000_000)
        tick = _latest
    chance = int.from_bytes(os.urandom(8)) & (1 << 62) - 1
    return UUID(int=tick >> 12 << 80 | 7 << 76 | (tick & 4095) << 64 | 2 << 62 | chance)
