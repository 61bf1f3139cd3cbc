"""The values L, M and S of a standard, read once from its tables."""

import csv
from dataclasses import dataclass
from functools import cache
from math import floor
from typing import Literal

from kangmai.kernel.definitions import FOLDER

Sex = Literal["boys", "girls"]
SEXES: dict[str, Sex] = {"1": "boys", "2": "girls"}
"""By the code of GB/T 2261.1."""


@dataclass(frozen=True, slots=True)
class Lms:
    """Box-Cox power, median and coefficient of variation at one age or length."""

    power: float
    median: float
    variation: float


Table = dict[float, Lms]


@cache
def table(file: str, sex: Sex) -> Table:
    """A table by its first column: day, month or centimetre."""
    path = FOLDER / "programmes" / "growth_standard" / f"{file}.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    first = next(iter(rows[0]))
    return {
        float(row[first]): Lms(*(float(row[f"{name}_{sex}"]) for name in ("l", "m", "s")))
        for row in rows
    }


def between(found: Table, at: float, step: float) -> Lms | None:
    """The values at a place between two rows of a table that are `step` apart; None outside the table."""
    at = round(at, 4)
    if at in found:
        return found[at]
    low = round(floor(at / step) * step, 4)
    high = round(low + step, 4)
    if low not in found or high not in found:
        return None
    part = (at - low) / step
    one, two = found[low], found[high]
    return Lms(
        one.power + part * (two.power - one.power),
        one.median + part * (two.median - one.median),
        one.variation + part * (two.variation - one.variation),
    )
