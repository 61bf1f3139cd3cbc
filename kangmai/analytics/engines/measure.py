"""What is counted, as plain data that every engine reads the same way.

A measure counts the rows of one view that fit a condition, perhaps only the latest for each resident;
adds to each what other views say of it in the period (facts); and says how many there are (`whole`), of
how many a condition holds (`part`) and of how many enough is known (`known`), for each place and
institution. All three are whole numbers, so that engines can agree bit for bit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from kangmai.analytics.facts.condition import Condition


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a view that are counted; with `one_per`, the latest of each, ties broken by the key."""

    view: str
    where: Condition | None
    one_per: tuple[str, ...]
    latest_by: tuple[str, ...]
    amount: str | None
    """A column of whole numbers to add up, instead of counting rows."""
    area: str
    institution: str | None
    key: tuple[str, ...]
    stands: str | None = None
    """The column of the institution that stands in `area`, where the rows are of institutions."""


@dataclass(frozen=True, slots=True)
class FactRule:
    """What another view says of a row: how many of its rows fit, or a column of the latest.

    `match`: columns that both views share; `during`: the date column that lies in the period, None where
    rows of any time count.
    """

    name: str
    view: str
    match: tuple[str, ...]
    during: str | None
    where: Condition | None
    latest: str | None
    latest_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """Rows, facts about them, and the conditions asked of both."""

    rows: Rows
    facts: tuple[FactRule, ...] = ()
    part: Condition | None = None
    known: Condition | None = None

    def views(self) -> Iterator[str]:
        """The views it reads."""
        yield self.rows.view
        yield from (fact.view for fact in self.facts)


class Cell(NamedTuple):
    """The counts of one place and institution, "" where the row names none."""

    place: str
    institution: str
    whole: int
    part: int
    known: int
