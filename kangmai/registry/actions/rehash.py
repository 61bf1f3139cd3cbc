"""Hash anew, under the blind key that is written now, what members of staff are found by."""

from datetime import datetime

from kangmai.registry import models
from kangmai.registry.details import identity_blind, open_details, phone_blind


def rehash(after: list[int] | None, most: int, at: datetime) -> tuple[list[int] | None, int]:
    """The next members of staff; see `kernel.rehashing.HashedRoom`."""
    staff = models.Staff.objects.select_for_update().filter(pk__gt=(after or [0])[0])
    rows = list(staff.exclude(details=None).order_by("pk")[:most])
    for row in rows:
        said = open_details(row.details, row.details_key, staff_id=row.pk)
        row.identity_blind = identity_blind(said.identity_number)
        row.phone_blind = phone_blind(said.phone)
        row.save(update_fields=["identity_blind", "phone_blind"])
    return ([rows[-1].pk] if rows else None), len(rows)
