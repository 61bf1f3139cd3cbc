"""What a quarter's work comes to, and which records of a year are looked at.

Source: the shares, points and sizes of definitions/programmes/work_rule; docs/algorithms/work_and_pay.md works
an example through.
"""

import hashlib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from kangmai.programmes.workload.errors import QuarterUnreadable
from kangmai.programmes.workload.types import Fund, Pay, Quarter, Rule, Verdict

__all__ = [
    "fund_of",
    "hash_of",
    "pay_of",
    "points_of",
    "read_quarter",
    "sample",
    "sample_size",
    "share_untrue",
]
FEN, TEN_THOUSANDTH = Decimal("0.01"), Decimal("0.0001")
_QUARTER = re.compile(r"(20\d\d)-Q([1-4])")


def read_quarter(text: str) -> Quarter:
    """A quarter as an address writes it. Raises QuarterUnreadable."""
    match = _QUARTER.fullmatch(text)
    if match is None:
        raise QuarterUnreadable(text=text[:16])
    return Quarter(int(match[1]), int(match[2]))


def points_of(counted: Mapping[str, int], *, rule: Rule) -> Decimal:
    """The points of so many counted visits, by item."""
    found = (rule.items[item].points * count for item, count in counted.items())
    return sum(found, Decimal(0))


def fund_of(quarter: Quarter, residents: int, *, rule: Rule) -> Fund | None:
    """What the villages of a town with so many residents share in a quarter; None before the first known year.

    A year that is not announced yet takes the amount of the latest year before it, and says so.
    """
    known = [year for year in rule.yuan_per_resident if year <= quarter.year]
    if not known:
        return None
    each = rule.yuan_per_resident[max(known)]
    part = rule.village_percent / 100 * rule.quarter_percent[quarter.number - 1] / 100
    yuan = (each * residents * part).quantize(FEN, ROUND_HALF_UP)
    return Fund(yuan, each, is_provisional=quarter.year not in rule.yuan_per_resident)


def pay_of(
    points: Decimal, *, town_points: Decimal, fund: Fund, share_untrue: Decimal | None
) -> Pay:
    """What points come to: the fund by the points of the whole town, less by what a check found untrue."""
    paid = (points * (1 - (share_untrue or 0))).quantize(FEN, ROUND_HALF_UP)
    if not town_points:
        return Pay(points, paid, None, None)
    worth = fund.yuan / town_points
    amount = (worth * paid).quantize(FEN, ROUND_HALF_UP)
    return Pay(points, paid, worth.quantize(TEN_THOUSANDTH, ROUND_HALF_UP), amount)


def sample_size(frame: int, *, rule: Rule) -> int:
    """How many of a year's visits are looked at."""
    wanted = math.ceil(frame * rule.percent / 100)
    return min(frame, max(rule.least, min(rule.most, wanted)))


def sample(frame: Iterable[UUID], *, seed: str, size: int) -> tuple[UUID, ...]:
    """So many of some visits, by chance and yet the same for everybody who has the seed.

    Each visit is given SHA-256 of seed, a bar and its id; those with the smallest are taken, in that order.
    """
    return tuple(
        sorted(frame, key=lambda id: hashlib.sha256(f"{seed}|{id}".encode()).digest())[:size]
    )


def hash_of(frame: Iterable[UUID]) -> str:
    """What proves of which visits a sample was drawn: SHA-256 over their ids in order, one a line."""
    lines = "\n".join(sorted(map(str, frame)))
    return hashlib.sha256(lines.encode()).hexdigest()


def share_untrue(verdicts: Sequence[Verdict], *, rule: Rule) -> Decimal:
    """By how much a year's work is reduced: the weights of what was found, by how many were looked at."""
    if not verdicts:
        return Decimal(0)
    found = sum((rule.weights[each] for each in verdicts), Decimal(0))
    return (found / len(verdicts)).quantize(TEN_THOUSANDTH, ROUND_HALF_UP)
