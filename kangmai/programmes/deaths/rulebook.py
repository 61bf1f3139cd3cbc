"""What holds of death certificates, read from the definition."""

import datetime
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.kernel.words import Words
from kangmai.programmes.deaths.types import Limit, Rule

ROOM, KIND, ID = "programmes", "death_rule", "national"
EVER = 10**6


def rule(*, on: datetime.date) -> Rule:
    """What holds on a day. Raises UnknownDefinition."""
    return rule_of(definitions.get(ROOM, KIND, ID, on=on))


@cache
def rule_of(definition: Definition) -> Rule:
    """The rule that a definition writes down."""
    content = definition.content
    return Rule(
        version=f"{definition.id}@{definition.effective_from.isoformat()}",
        number_pattern=content["number"],
        deadline=content["deadline"],
        report_days=content["report_days"],
        ill_defined=tuple(content["ill_defined"]),
        not_underlying=tuple(map(_limit, content["not_underlying"])),
        unlikely=tuple(map(_limit, content["unlikely"])),
        places=_named(content["places"]),
        levels=_named(content["levels"]),
        bases=_named(content["bases"]),
        suggestions=_named(content["suggestions"]),
        is_verified=definition.verified,
    )


def _limit(given: Mapping[str, Any]) -> Limit:
    return Limit(
        id=given["id"],
        words=Words(given["zh"], given["en"]),
        prefixes=tuple(given["prefixes"]),
        sex_codes=tuple(given.get("sex_codes", ())),
        from_days=given.get("from_days", 0),
        until_days=given.get("until_days", EVER),
    )


def _named(rows: Iterable[Mapping[str, Any]]) -> dict[str, Words]:
    return {each["id"]: Words(each["zh"], each["en"]) for each in rows}
