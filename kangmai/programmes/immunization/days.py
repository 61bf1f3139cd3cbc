"""Days as ordinals (1 = 0001-01-01) and ages in calendar months.

A month later is the same day of the month, or the month's last day where there is none
(born on 31 January: one month on 28 or 29 February). Source: 中华人民共和国民法典 art. 202.
"""

from calendar import monthrange
from datetime import date
from functools import lru_cache


class Day(int):
    """An ordinal that prints itself as YYYY-MM-DD."""

    def __format__(self, form: str) -> str:
        return iso(self)


def add_months(day: int, months: int) -> int:
    """The ordinal `months` calendar months after `day`."""
    start = date.fromordinal(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).toordinal()


@lru_cache(maxsize=65536)
def iso(day: int) -> str:
    """The day as YYYY-MM-DD."""
    return date.fromordinal(day).isoformat()


@lru_cache(maxsize=65536)
def read_day(text: str) -> Day:
    """The ordinal of YYYY-MM-DD. Raises ValueError for anything else."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        raise ValueError(text)
    return Day(date.fromisoformat(text).toordinal())
