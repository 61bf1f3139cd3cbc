"""Follow the resident index: cards of Patients that waited get their resident."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from kangmai.epidemic.cases import models
from kangmai.epidemic.cases.actions.drafting import DRAFT
from kangmai.kernel.actor import Actor, require


def follow_links(links: Sequence[Mapping[str, Any]], *, actor: Actor, at: datetime) -> int:
    """Give cards the residents that their Patients were linked to; returns how many cards changed.

    Args:
        links: the row id and the resident of each Patient.

    Raises:
        NotPermitted
    """
    require(actor, DRAFT)
    owners = {int(each["patient_rid"]): each.get("resident") for each in links}
    with transaction.atomic():
        waiting = models.Card.objects.select_for_update().filter(
            patient_rid__in=owners, resident_id=None
        )
        rows = [row for row in waiting.order_by("id") if owners[row.patient_rid]]
        for row in rows:
            row.resident_id = owners[row.patient_rid]
            row.version, row.updated_at = row.version + 1, at
        models.Card.objects.bulk_update(rows, ["resident_id", "version", "updated_at"])
    return len(rows)
