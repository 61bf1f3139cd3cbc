"""The lines of a page from door to door: village by village, then by address as people read its numbers.

Villages follow their codes, which divisions give to neighbours in a row; where a village lies is not
known here. Who lives together stands together.
"""

import re
from collections.abc import Sequence

from kangmai.programmes.engine.types import Row

_PARTS = re.compile(r"(\d+)")


def from_door_to_door(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The same lines in the order of a way."""
    return tuple(sorted(rows, key=_door))


def _door(row: Row) -> tuple[str, list[tuple[int, str]], int, str]:
    household = row.household_id or 0
    return row.enrolment.place_code, _natural(row.home), household, row.index_number


def _natural(address: str) -> list[tuple[int, str]]:
    """An address in pieces of which numbers compare as numbers: 9号 stands before 12号."""
    pieces = _PARTS.split(address)
    return [(int(each), "") if each.isdigit() else (-1, each) for each in pieces if each]
