"""When a child reaches the ages of a dose: worked out once for all children born on one day.

Where a rule replaced an older one, its ages hold from the day it came into force: a dose that the
old rule gave later and the new one earlier than that day may be given, and is recommended, from
that day on.
"""

from functools import lru_cache
from typing import NamedTuple

from kangmai.programmes.immunization.days import add_months
from kangmai.programmes.immunization.schedule.types import DoseRule


class Ages(NamedTuple):
    """The days of one dose for one day of birth.

    `counts_from` is what a given dose is judged by; `waits_for_rule`: due only since a rule came into force.
    """

    counts_from: int
    permitted: int
    due: int
    timely_until: int | None
    latest: int
    waits_for_rule: bool


@lru_cache(maxsize=400_000)
def ages(rule: DoseRule, born: int) -> Ages:
    """The days on which a child born on a day reaches the ages of a dose."""
    permitted = max(born + rule.min_age_days, rule.available_from)
    at_age = add_months(born, rule.due_months)
    due = max(at_age, rule.available_from)
    if rule.replaced is not None:
        older = ages(rule.replaced, born)
        permitted = _from_change(permitted, older.permitted, rule.since)
        due = _from_change(due, older.due, rule.since)
    return Ages(
        counts_from=born + rule.accepted_from_age_days,
        permitted=permitted,
        due=max(due, permitted),
        timely_until=_timely_until(rule, born),
        latest=add_months(born, rule.upper_age_months) - 1,
        waits_for_rule=due > at_age,
    )


def _from_change(new: int, old: int, since: int) -> int:
    """The new day if it lies after the change; else the old day, but no later than the change."""
    return new if new >= since else min(max(new, old), since)


def _timely_until(rule: DoseRule, born: int) -> int | None:
    """The last day of timely completion, where the rule states one."""
    if rule.timely_within_days is not None:
        return born + rule.timely_within_days
    if rule.timely_before_months is not None:
        return add_months(born, rule.timely_before_months) - 1
    return None
