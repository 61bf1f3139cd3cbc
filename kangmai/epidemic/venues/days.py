"""The partitions that scans fall into: made when a first scan of a day comes, and remembered by this process.

A day is remembered only where it was made for good; one that is dropped meanwhile is noticed by the insert that
finds no partition, and made again.
"""

import psycopg
from django.conf import settings

from kangmai.kernel.connections import is_within_transaction

_ENSURE = "SELECT venues_ensure_days(venues_day_of(%s), venues_day_of(%s))"
_DAY, _OFFSET = 86_400, 28_800
_known: set[tuple[str, int]] = set()


def ensure(database: psycopg.Connection, first: int, final: int) -> None:
    """See to it that scans of some seconds have a partition."""
    days = range((first + _OFFSET) // _DAY, (final + _OFFSET) // _DAY + 1)
    marks = {(settings.DATABASE_URL, day) for day in days}
    if marks <= _known:
        return
    database.execute(_ENSURE, [first, final])
    if not is_within_transaction():
        _known.update(marks)


def forget() -> None:
    """Trust nothing that was remembered."""
    _known.clear()
