"""The growth standard, read from its definition."""

import datetime
from collections.abc import Mapping
from functools import cache
from typing import Any

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.kernel.words import Words
from kangmai.programmes.growth.types import Bound, GrowthClass, Indicator, Standard

ROOM, KIND, ID = "programmes", "growth_standard", "who"
ALWAYS = 10_000


def standard(*, on: datetime.date) -> Standard:
    """The standard in force on a day. Raises UnknownDefinition."""
    return standard_of(definitions.get(ROOM, KIND, ID, on=on))


@cache
def standard_of(definition: Definition) -> Standard:
    """The standard that a definition writes down."""
    content = definition.content
    falling, posture = content["faltering"], content["posture"]
    return Standard(
        id=definition.id,
        title=Words(definition.title["zh"], definition.title["en"]),
        source=definition.source["document"],
        is_verified=definition.verified,
        days_until=content["days"]["until"],
        day_files=content["days"]["files"],
        months_until=content["months"]["until"],
        month_files=content["months"]["files"],
        lying_until_day=posture["lying_until_day"],
        difference_cm=posture["difference_cm"],
        indicators={each["id"]: _indicator(each) for each in content["indicators"]},
        classes={each["id"]: _class(each) for each in content["classes"]},
        falling_fact=falling["fact"],
        falling_indicators=tuple(falling["indicators"]),
        lines=tuple(falling["lines"]),
        within_days=falling["within_days"],
        unavailable=tuple(
            (each["document"], Words(each["zh"], each["en"])) for each in content["unavailable"]
        ),
    )


def _indicator(given: Mapping[str, Any]) -> Indicator:
    lowest, highest = given["implausible"]
    return Indicator(
        id=given["id"],
        fact=given["fact"],
        title=Words(given["zh"], given["en"]),
        measure=given["measure"],
        unit=given["unit"],
        lowest=lowest,
        highest=highest,
    )


def _class(given: Mapping[str, Any]) -> GrowthClass:
    bounds = tuple(
        Bound(
            each["indicator"],
            each.get("below"),
            each.get("above"),
            each.get("from_day", 0),
            each.get("until_day", ALWAYS),
        )
        for each in given["when"]
    )
    return GrowthClass(given["id"], Words(given["zh"], given["en"]), bounds)
