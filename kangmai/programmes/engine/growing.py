"""What the growth of a child comes to at a visit: facts for the rules, kept with the visit.

Source: the growth standard of definitions/programmes/growth_standard; its facts are computed and never typed.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from kangmai.analytics.facts.types import Value
from kangmai.programmes.engine.definition.types import Service
from kangmai.programmes.growth import rules as growth
from kangmai.programmes.growth.types import Measured, Score

Earlier = Iterable[tuple[date, Mapping[str, Any]]]
"""Day and kept measures of visits before this one."""


def growth_facts(
    service: Service,
    facts: Mapping[str, Value],
    *,
    birth_date: date | None,
    sex_code: str,
    day: date,
    earlier: Earlier,
) -> dict[str, Value]:
    """The z-scores, classes and lines crossed of a visit; none for services that judge no growth.

    Args:
        facts: what was answered, by name.
        earlier: visits before, from which lines are counted.
    """
    if not service.growth or birth_date is None:
        return {}
    standard = growth.standard(on=day)
    age_days = (day - birth_date).days
    found = growth.scores(standard, sex_code, measured(service, facts, age_days))
    # an implausible score decides nothing: the measurement is looked at again first
    told = {id: score for id, score in found.items() if score.is_plausible}
    classes = {each.id: growth.is_class(each, told, age_days) for each in standard.classes.values()}
    since = day - timedelta(standard.within_days)
    before = [measures for on, measures in earlier if since <= on < day]
    down = [
        growth.lines_down(standard, _earlier(before, standard.indicators[id].fact), float(score.z))
        for id, score in told.items()
        if id in standard.falling_indicators
    ]
    return {
        **{standard.indicators[id].fact: score.z for id, score in told.items()},
        **{name: holds for name, holds in classes.items() if holds is not None},
        **({standard.falling_fact: Decimal(max(down))} if down else {}),
    }


def measured(service: Service, facts: Mapping[str, Value], age_days: int) -> Measured:
    """The measurements of a visit."""
    known = {name: facts.get(fact) for name, fact in service.growth.items()}
    numbers = {
        name: float(value)
        for name in ("weight", "length", "head")
        if isinstance(value := known.get(name), int | float | Decimal)
    }
    lying = known.get("is_lying")
    return Measured(age_days, **numbers, is_lying=lying if isinstance(lying, bool) else None)


def implausible(
    service: Service, facts: Mapping[str, Value], *, birth_date: date, sex_code: str, day: date
) -> tuple[Score, ...]:
    """The scores that no child has, whose measurement should be looked at again."""
    if not service.growth:
        return ()
    age_days = (day - birth_date).days
    found = growth.scores(growth.standard(on=day), sex_code, measured(service, facts, age_days))
    return tuple(score for score in found.values() if not score.is_plausible)


def _earlier(before: Iterable[Mapping[str, Any]], fact: str) -> list[float]:
    return [float(each[fact]) for each in before if isinstance(each.get(fact), int | float)]
