"""What holds of certificates and of the chain in a province, read from its definition."""

import datetime
from collections.abc import Mapping
from functools import cache
from typing import Any

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.kernel.words import Words
from kangmai.programmes.births.errors import NoRule
from kangmai.programmes.births.types import KnownBy, Rule, RuleItem

ROOM, KIND = "programmes", "birth_rule"


def rule(place_code: str, *, on: datetime.date) -> Rule:
    """What holds at a place on a day: of the rules in force, the one that names the smallest region.

    Raises:
        NoRule
    """
    in_force = (rule_of(each) for each in definitions.load(ROOM, KIND) if each.is_effective(on))
    found = [
        (len(region), each)
        for each in in_force
        for region in each.regions
        if place_code.startswith(region)
    ]
    if not found:
        raise NoRule(place=place_code, on=on)
    return max(found, key=lambda one: one[0])[1]


def rule_numbered(version: str) -> Rule | None:
    """The rule of a version that a birth was begun under."""
    return next((each for each in map(rule_of, definitions.load(ROOM, KIND)) if each.version == version), None)  # fmt: skip


@cache
def rule_of(definition: Definition) -> Rule:
    """The rule that a definition writes down."""
    content = definition.content
    return Rule(
        version=f"{definition.id}@{definition.effective_from.isoformat()}",
        title=Words(definition.title["zh"], definition.title["en"]),
        regions=tuple(content["regions"]),
        pattern=content["number_pattern"],
        items={each["id"]: _item(each) for each in content["items"]},
        source=definition.source["document"],
        is_verified=definition.verified,
    )


def _item(given: Mapping[str, Any]) -> RuleItem:
    return RuleItem(
        id=given["id"],
        title=_words(given),
        agency=_words(given["agency"]),
        hint=_words(given["hint"]),
        working_days=given["working_days"],
        known_by=KnownBy(given["known_by"]) if "known_by" in given else None,
    )


def _words(given: Mapping[str, Any]) -> Words:
    return Words(given["zh"], given["en"])
