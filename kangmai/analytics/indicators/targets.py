"""Which target holds for an area in a period.

The rule of an indicator may name one for everywhere; the kind `target` holds those of areas, each with the
document it stands in. That of the smallest area around the one asked for wins, the latest of several.
"""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from kangmai.analytics.indicators.definition import Indicator
from kangmai.analytics.types import Goal
from kangmai.kernel import definitions
from kangmai.kernel.actor import subtree
from kangmai.kernel.definitions import Definition
from kangmai.standards.divisions import find_division
from kangmai.standards.periods import Period


def find_target(rule: Indicator, *, period: Period, area: str) -> Goal | None:
    """What an area is to reach in a period, or None."""
    holding = [each for each in _of(rule) if each.holds(period, area)]
    return max(holding, key=lambda each: (_depth(each.area), each.start), default=None)


def _depth(area: str) -> int:
    return len(subtree(area).low) if area else 0


def _of(rule: Indicator) -> Iterator[Goal]:
    for each in rule.targets:
        yield Goal(rule.id, "", each.value, each.start, each.end, rule.source, rule.is_verified)
    yield from _of_areas().get(rule.id, ())


@cache
def _of_areas() -> dict[str, list[Goal]]:
    found: dict[str, list[Goal]] = {}
    for definition in definitions.load("analytics", "target"):
        if definition.status == "active":
            for goal in goals_of(definition):
                found.setdefault(goal.indicator, []).append(goal)
    return found


def goals_of(definition: Definition) -> Iterator[Goal]:
    """The targets of one file."""
    source = " ".join(
        filter(None, (definition.source["document"], definition.source.get("clause")))
    )
    for each in definition.content["targets"]:
        yield Goal(
            indicator=each["indicator"],
            area=each["area"],
            value=Decimal(str(each["value"])),
            start=definition.effective_from,
            end=definition.effective_to,
            source=source,
            is_verified=definition.verified,
        )


def check_target(definition: Definition) -> Iterator[str]:
    """What its schema cannot say: indicators and areas that are not there, and targets that stand twice."""
    known = {each.id for each in definitions.load("analytics", "indicator")}
    seen: set[tuple[str, str]] = set()
    for position, each in enumerate(definition.content["targets"]):
        place, key = f"/targets/{position}", (each["indicator"], each["area"])
        if each["indicator"] not in known:
            yield f"{place}/indicator: there is no indicator {each['indicator']!r}"
        if find_division(each["area"]) is None:
            yield f"{place}/area: no division has the code {each['area']}"
        if key in seen:
            yield f"{place}: this area has a target for it above"
        seen.add(key)
