"""Read rules of activities from their definitions."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.kernel.words import Words
from kangmai.programmes.activities.errors import RuleUnknown
from kangmai.programmes.activities.types import ActivityKind, ActivityRule, Counts, Least
from kangmai.programmes.points.rules import field_of

ROOM, KIND = "programmes", "activity_rule"
TOPIC = Words("主题", "Topic")


def activity_rules(*, on: date) -> dict[str, ActivityRule]:
    """The rules in force on a day, by id."""
    found = (rule_of(each) for each in definitions.load(ROOM, KIND) if each.is_effective(on))
    return {each.id: each for each in found}


def activity_rule(id: str, *, on: date) -> ActivityRule:
    """One rule as of a day. Raises RuleUnknown."""
    found = activity_rules(on=on).get(id)
    if found is None:
        raise RuleUnknown(rule=id[:40])
    return found


@cache
def rule_of(definition: Definition) -> ActivityRule:
    """The rule that a definition writes down."""
    content = definition.content
    least = {
        of: {kind: _least(value) for kind, value in each["each"].items()}
        for each in content["least"]
        for of in each["of"]
    }
    return ActivityRule(
        id=definition.id,
        title=Words(**definition.title),
        lead=Words(**content["lead"]),
        kinds={each["id"]: _kind(each) for each in content["kinds"]},
        least=least,
        asked_of=tuple(content.get("asked_of", least)),
        source=definition.source["document"],
        is_verified=definition.verified,
    )


def _kind(content: Mapping[str, Any]) -> ActivityKind:
    return ActivityKind(
        id=content["id"],
        title=Words(content["zh"], content["en"]),
        counts=Counts(content["counts"]),
        title_is=Words(**content["title_is"]) if "title_is" in content else TOPIC,
        asks_people=content.get("people", False),
        pieces=Words(**content["pieces"]) if "pieces" in content else None,
        finds=content.get("finds", False),
        fields=tuple(field_of(each) for each in content.get("fields", ())),
    )


def _least(value: Any) -> Least:
    if isinstance(value, int):
        return Least(count=value)
    return Least(venues=value.get("venues"), times=value["times"])
