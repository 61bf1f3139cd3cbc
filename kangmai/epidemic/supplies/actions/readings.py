"""Write down every day how long each institution's stock lasts: what indicators of past days are counted from."""

from datetime import datetime

from django.db import transaction

from kangmai.epidemic.supplies import models
from kangmai.epidemic.supplies.cells import cells, smallest
from kangmai.epidemic.supplies.rulebook import rule
from kangmai.standards.calendars import legal_day


def read_days(*, at: datetime) -> int:
    """Write today's reading of every institution with numbers at post; a later one of the day replaces it.

    Returns how many institutions were read.
    """
    on = legal_day(at)
    found = rule(on=on)
    places = dict(models.Store.objects.values_list("organization_id", "place_code"))
    keys = [each.id for each in found.key_items]
    by_store = cells({id: str(id) for id in places}, keys, found, on=on)
    rows = []
    for id, place in places.items():
        in_use = by_store.get(str(id), {})
        least = smallest(in_use)
        if least is None or least.days is None:
            continue
        short = sum(1 for each in in_use.values() if (each.days or 0) < found.reserve_days)
        rows.append(
            models.Reading(
                store_id=id, on=on, place_code=place, cells=len(in_use), short_cells=short,
                smallest_item=least.item, smallest_days=least.days,
            )
        )  # fmt: skip
    with transaction.atomic():
        models.Reading.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["store", "on"],
            update_fields=["place_code", "cells", "short_cells", "smallest_item", "smallest_days"],
            batch_size=1000,
        )
    return len(rows)
