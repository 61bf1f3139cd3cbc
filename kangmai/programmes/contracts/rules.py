"""What may be agreed, when it is renewed, and what counts as done: decisions without a database.

Source: 关于推进家庭医生签约服务高质量发展的指导意见（2022）as the definitions `contract_rule` and
`contract_package` restate it from memory.
"""

import datetime
from collections.abc import Iterator, Sequence
from decimal import Decimal

from kangmai.programmes.contracts.errors import (
    DayWrong,
    FeeWrong,
    PackageUnknown,
    ReasonMissing,
    TooEarly,
    YearsWrong,
)
from kangmai.programmes.contracts.rulebook import packages, rule
from kangmai.programmes.contracts.types import Done, Package, Rule, Terms, Year

__all__ = [
    "checked_terms",
    "counted_items",
    "given_reason",
    "last_day",
    "packages",
    "promised",
    "renewable_from",
    "require_renewable",
    "rule",
    "suits",
    "years_of",
]

MOST_FEE = Decimal(100_000)
OLDEST = datetime.timedelta(days=366)
ONE_DAY = datetime.timedelta(days=1)


def last_day(begins_on: datetime.date, years: int) -> datetime.date:
    """The last day of a contract of so many years: the day before its anniversary."""
    return _anniversary(begins_on, years) - ONE_DAY


def _anniversary(day: datetime.date, years: int) -> datetime.date:
    """The same day so many years later; of the 29th of February, the 1st of March where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return datetime.date(day.year + years, 3, 1)


def years_of(begins_on: datetime.date, ends_on: datetime.date) -> Iterator[Year]:
    """The years of a contract, the last one as short as it is."""
    turn, begin = 1, begins_on
    while begin <= ends_on:
        following = _anniversary(begins_on, turn)
        yield Year(begin, min(following - ONE_DAY, ends_on))
        turn, begin = turn + 1, following


def checked_terms(terms: Terms, of: Rule, *, on: datetime.date) -> tuple[Package, ...]:
    """The packages that are agreed, what belongs to every contract among them.

    Raises:
        YearsWrong, DayWrong, PackageUnknown, FeeWrong
    """
    if terms.years not in of.years:
        raise YearsWrong(years=", ".join(map(str, of.years)), given=terms.years)
    latest = on + datetime.timedelta(of.renewal_days + 1)
    if not on - OLDEST <= terms.begins_on <= latest:
        raise DayWrong(day=terms.begins_on, first=on - OLDEST, last=latest)
    offered = packages(on=terms.begins_on)
    for each in terms.packages:
        if each not in offered:
            raise PackageUnknown(package=each[:32])
    chosen = tuple(each for each in offered.values() if each.is_always or each.id in terms.packages)
    _require_fee(terms.fee, chosen)
    return chosen


def _require_fee(fee: Decimal | None, chosen: Sequence[Package]) -> None:
    is_paid = any(each.is_paid for each in chosen)
    if is_paid != (fee is not None) or (fee is not None and not 0 < fee <= MOST_FEE):
        raise FeeWrong(most=MOST_FEE)


def suits(package: Package, *, programmes: frozenset[str], age: int | None) -> bool:
    """Whether a package is proposed to somebody: by his programmes or his age."""
    if package.is_paid:
        return False
    if package.is_always or programmes & set(package.programmes):
        return True
    if age is None or (package.age_from is None and package.age_below is None):
        return False
    return (package.age_from or 0) <= age < (package.age_below or 200)


def renewable_from(ends_on: datetime.date, of: Rule) -> datetime.date:
    """The first day on which a contract may be renewed."""
    return ends_on - datetime.timedelta(of.renewal_days)


def require_renewable(ends_on: datetime.date, of: Rule, *, on: datetime.date) -> None:
    """Let pass a contract that is near its end. Raises TooEarly."""
    first = renewable_from(ends_on, of)
    if on < first:
        raise TooEarly(days=of.renewal_days, day=first)


def promised(chosen: Sequence[Package]) -> int:
    """How many services a year of some packages promises."""
    return sum(item.times for each in chosen for item in each.items)


def counted_items(chosen: Sequence[Package], counts: dict[tuple[str, str], int]) -> tuple[Done, ...]:  # fmt: skip
    """Every item with how often it was done, by package and item."""
    return tuple(
        Done(each.id, item, counts.get((each.id, item.id), 0))
        for each in chosen
        for item in each.items
    )


def given_reason(said: str) -> str:
    """A reason in words. Raises ReasonMissing."""
    found = " ".join(said.split())[:200]
    if len(found) < 2:
        raise ReasonMissing()
    return found
