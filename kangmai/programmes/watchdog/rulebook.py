"""What the watchdog goes by, read from its definition."""

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.kernel.words import Words
from kangmai.programmes.watchdog.types import Answer, Change, Compared, Detector, Digits, Rule

ROOM, KIND, ID = "programmes", "watchdog_rule", "visits"


def rule(*, on: datetime.date) -> Rule:
    """What the watchdog goes by on a day. Raises UnknownDefinition."""
    return rule_of(definitions.get(ROOM, KIND, ID, on=on))


@cache
def rule_of(definition: Definition) -> Rule:
    """The rule that a definition writes down."""
    content = definition.content
    return Rule(
        version=f"{definition.id}@{definition.effective_from}",
        window_days=content["window_days"],
        budget=_exact(content["budget"]),
        most_rows=content["most_rows"],
        deadline=content["deadline"],
        detectors={each["id"]: _detector(each) for each in content["detectors"]},
        answers=_named(content["answers"]),
        closings=_named(content["closings"]),
        source=definition.source["document"],
        is_verified=definition.verified,
    )


def _detector(given: Mapping[str, Any]) -> Detector:
    return Detector(
        id=given["id"],
        title=Words(given["zh"], given["en"]),
        meaning=Words(given["meaning"]["zh"], given["meaning"]["en"]),
        limits={name: _exact(value) for name, value in given["limits"].items()},
        digits=tuple(
            Digits(each["measure"], _exact(each["step"])) for each in given.get("digits", ())
        ),
        compared=tuple(
            Compared(each["programme"], tuple(each["measures"]), _exact(each["chance"]))
            for each in given.get("compared", ())
        ),
        changes=tuple(map(_change, given.get("changes", ()))),
    )


def _change(given: Mapping[str, Any]) -> Change:
    amounts = ("up_percent", "down_percent", "up", "down")
    return Change(
        measure=given["measure"],
        unit=given["unit"],
        days=given["days"],
        from_age=given["from_age"],
        **{name: _exact(given[name]) if name in given else None for name in amounts},
    )


def _named(rows: Iterable[Mapping[str, Any]]) -> dict[str, Answer]:
    return {each["id"]: Answer(each["id"], Words(each["zh"], each["en"])) for each in rows}


def _exact(value: float) -> Decimal:
    return Decimal(str(value))
