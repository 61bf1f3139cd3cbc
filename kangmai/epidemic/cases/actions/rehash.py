"""Hash anew, under the blind key that is written now, what cards of one person are found by."""

from datetime import datetime

from kangmai.epidemic.cases import models
from kangmai.epidemic.cases.contents import content_of, document_hash, name_hash


def rehash(after: list[int] | None, most: int, at: datetime) -> tuple[list[int] | None, int]:
    """The next cards; see `kernel.rehashing.HashedRoom`."""
    cards = models.Card.objects.select_for_update().filter(serial__gt=(after or [0])[0])
    rows = list(cards.order_by("serial")[:most])
    for row in rows:
        content = content_of(row)
        row.document_hash, row.name_hash = document_hash(content), name_hash(content)
    models.Card.objects.bulk_update(rows, ["document_hash", "name_hash"])
    return ([rows[-1].serial] if rows else None), len(rows)
