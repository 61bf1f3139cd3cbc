"""Count how frequent names and other values are in the index, so that rare ones prove more than common ones."""

from collections.abc import Iterator
from datetime import datetime

from kangmai.identity import models
from kangmai.identity.index.frequencies import COUNTED, count_values
from kangmai.identity.reach import demographics_of
from kangmai.identity.types import Demographics

CHUNK = 2000


def count_frequencies(*, at: datetime) -> int:
    """Count the values of the residents (of a large index, of every so many); returns how many are kept.

    Runs at night, and after a bulk load; see `config/schedules.py`.
    """
    living = models.Resident.objects.filter(merged_into=None)
    residents = living.count()
    return count_values(_some(max(1, residents // COUNTED)), residents=residents, at=at)


def _some(every: int) -> Iterator[Demographics]:
    rows = models.Resident.objects.filter(merged_into=None)
    if every > 1:
        rows = rows.extra(where=["id %% %s = 0"], params=[every])
    for row in rows.iterator(chunk_size=CHUNK):
        yield demographics_of(row)
