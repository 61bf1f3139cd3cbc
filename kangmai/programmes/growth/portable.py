"""The growth standard as plain values, for a browser that has no connection: the tables, and what is read of them."""

import datetime
from typing import Any

from kangmai.programmes.growth.rulebook import standard
from kangmai.programmes.growth.scores import DAYS_A_MONTH
from kangmai.programmes.growth.tables import SEXES, table
from kangmai.programmes.growth.types import Bound


def portable_standard(*, on: datetime.date) -> dict[str, Any]:
    """What `rules.scores`, `is_class` and `lines_down` go by on a day.

    A table begins at `from` and goes on by `step`; of each sex (GB/T 2261.1) one row of L, M and S a step.

    Raises:
        UnknownDefinition
    """
    found = standard(on=on)
    return {
        "days_until": found.days_until,
        "months_until": found.months_until,
        "days_a_month": DAYS_A_MONTH,
        "lying_until_day": found.lying_until_day,
        "difference_cm": found.difference_cm,
        "by_day": {id: _table(file) for id, file in found.day_files.items()},
        "by_month": {id: _table(file) for id, file in found.month_files.items()},
        "indicators": [
            {"id": e.id, "fact": e.fact, "measure": e.measure, "within": [e.lowest, e.highest]}
            for e in found.indicators.values()
        ],
        "classes": {
            each.id: [_bound(bound) for bound in each.bounds] for each in found.classes.values()
        },
        "falling": {
            "fact": found.falling_fact,
            "indicators": list(found.falling_indicators),
            "lines": list(found.lines),
            "within_days": found.within_days,
        },
    }


def _table(file: str) -> dict[str, Any]:
    places = sorted(table(file, "boys"))
    by_sex = {
        code: [
            [lms.power, lms.median, lms.variation]
            for lms in (table(file, sex)[place] for place in places)
        ]
        for code, sex in SEXES.items()
    }
    return {"from": places[0], "step": round(places[1] - places[0], 4), **by_sex}


def _bound(bound: Bound) -> dict[str, Any]:
    return {
        "indicator": bound.indicator,
        "below": bound.below,
        "above": bound.above,
        "from_day": bound.from_day,
        "until_day": bound.until_day,
    }
