"""What a page of figures is asked for: the area, the period and the parts, with what is usual for who asks."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from kangmai.analytics import queries, rules
from kangmai.analytics.errors import AreaUnknown
from kangmai.analytics.rules import Indicator, kinds_of, months_before, twelve_months_to
from kangmai.analytics.types import By
from kangmai.kernel.actor import Actor, NotPermitted, is_permitted
from kangmai.portal.shell import area as areas
from kangmai.standards.calendars import legal_day
from kangmai.standards.division_codes import Level, level_of
from kangmai.standards.divisions import city, city_code_of, find_division
from kangmai.standards.periods import Period, month, parse_period, quarter, year

MONTHS = 13
LEVELS = {
    Level.PREFECTURE: (By.COUNTY, By.TOWN, By.VILLAGE, By.INSTITUTION),
    Level.COUNTY: (By.TOWN, By.VILLAGE, By.INSTITUTION),
    Level.TOWN: (By.VILLAGE, By.INSTITUTION),
    Level.VILLAGE: (By.INSTITUTION,),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """An area, a period, and what the figure is broken down by."""

    area: str
    period: Period
    by: By | None

    def address(self, name: str, indicator: str = "", **changed: str) -> str:
        """The address of a page that is asked for the same, but for what is changed."""
        query = {"area": self.area, "period": written(self.period), "by": self.by or "", **changed}
        path = reverse(name, args=[indicator] if indicator else [])
        return f"{path}?{urlencode({key: value for key, value in query.items() if value})}"


def asked(
    query: QueryDict, *, actor: Actor, at: datetime, indicator: Indicator | None = None
) -> Asked:
    """Read the question. Raises AreaUnknown, PeriodIncorrect, and who may see nothing NotPermitted."""
    area = query.get("area", "").strip() or first_area(actor)
    if find_division(area) is None:
        raise AreaUnknown(area=area[:20])
    rules.sees_exactly(actor, area)
    text = query.get("period", "").strip()
    period = parse_period(text) if text else usual_period(at, indicator)
    return Asked(area, period, _by(query.get("by", ""), area, indicator))


def first_area(actor: Actor) -> str:
    """The area that an actor's figures begin with. Raises NotPermitted where he sees none."""
    own = queries.area_of(actor)
    home = areas.home_city(actor)
    if own:
        return own
    if home is None or not is_permitted(actor, rules.PUBLISHED):
        raise NotPermitted(permission=rules.READ)
    return home.code


def _by(text: str, area: str, indicator: Indicator | None) -> By | None:
    possible = levels(area, indicator)
    chosen = next((each for each in possible if each.value == text), None)
    return chosen or next(iter(possible), None)


def levels(area: str, indicator: Indicator | None) -> tuple[By, ...]:
    """What a figure of an area can be broken down by, the nearest first."""
    below = LEVELS.get(level_of(area), ())
    has_institutions = indicator is not None and _counts_institutions(indicator)
    return tuple(each for each in below if each is not By.INSTITUTION or has_institutions)


def _counts_institutions(indicator: Indicator) -> bool:
    counted = indicator.counted
    return bool(counted and counted.rows.institution and not indicator.against)


def usual_period(at: datetime, indicator: Indicator | None) -> Period:
    """The twelve whole months up to the cut-off, or the latest period that the indicator is counted for."""
    return next(iter(periods(at, indicator)))


def periods(at: datetime, indicator: Indicator | None) -> Iterator[Period]:
    """Periods to choose from, the usual one first."""
    today = legal_day(queries.cutoff() or at)
    first = today.replace(day=1)
    found = [twelve_months_to(first), year(today.year), year(today.year - 1), year(today.year - 2)]
    starts = [months_before(first, n) for n in range(MONTHS)]
    found += [quarter(each.year, (each.month + 2) // 3) for each in starts]
    found += [month(each.year, each.month) for each in starts]
    for each in dict.fromkeys(found):
        if indicator is None or indicator.counts(each):
            yield each


def written(period: Period) -> str:
    """A period as addresses and commands write it."""
    kinds, start = kinds_of(period), period.start
    if "day" in kinds:
        return start.isoformat()
    if "month" in kinds:
        return f"{start:%Y-%m}"
    if "quarter" in kinds:
        return f"{start.year}Q{(start.month + 2) // 3}"
    return str(start.year) if "year" in kinds and start.month == 1 else str(period)


def named(period: Period) -> str:
    """A period as people read it."""
    kinds, start = kinds_of(period), period.start
    if "day" in kinds:
        return start.isoformat()
    if "month" in kinds:
        return f"{start:%Y-%m}"
    if "quarter" in kinds:
        return _("%(year)s quarter %(quarter)s") % {
            "year": start.year,
            "quarter": (start.month + 2) // 3,
        }
    if "year" in kinds and start.month == 1:
        return str(start.year)
    latest = period.latest_day
    if "year" in kinds and latest.day == calendar.monthrange(latest.year, latest.month)[1]:
        return _("12 months to %(month)s") % {"month": f"{latest:%Y-%m}"}
    return f"{start} – {latest}"


def way_up(asked: Asked, actor: Actor) -> list[str]:
    """The areas above and including the one asked for that the actor may see, the largest first."""
    home = city_code_of(asked.area)
    if home is None:
        return [asked.area]
    codes = [each.code for each in city(home).ancestors(asked.area)] + [asked.area]
    published = is_permitted(actor, rules.PUBLISHED)
    return [
        code
        for code in codes
        if level_of(code) is not Level.PROVINCE
        and (published or is_permitted(actor, rules.READ, code))
    ]
