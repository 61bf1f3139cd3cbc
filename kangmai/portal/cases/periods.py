"""Periods as a page asks for them: both days inclusive."""

import datetime

from django.http import HttpRequest

from kangmai.kernel.errors import Incorrect

DAY = datetime.timedelta(days=1)


class DayUnreadable(Incorrect):
    """“{text}” is no date. Write it as year-month-day, such as 2026-04-12."""

    zh = "“{text}”不是日期，请按 年-月-日 填写，例如 2026-04-12。"


def period(
    request: HttpRequest, *, today: datetime.date, days: int
) -> tuple[datetime.date, datetime.date]:
    """First day, and first day no longer inside; by default so many days up to today.

    Raises:
        DayUnreadable
    """
    last = day(request.GET.get("to", ""), today)
    first = day(request.GET.get("from", ""), last - (days - 1) * DAY)
    return first, last + DAY


def day(text: str, otherwise: datetime.date) -> datetime.date:
    """A day that somebody typed. Raises DayUnreadable."""
    if not text:
        return otherwise
    try:
        found = datetime.date.fromisoformat(text)
    except ValueError:
        raise DayUnreadable(text=text[:20]) from None
    if not 2000 <= found.year <= 2100:
        raise DayUnreadable(text=text[:20])
    return found
