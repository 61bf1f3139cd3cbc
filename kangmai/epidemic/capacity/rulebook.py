"""Kinds and limits of capacity, read from their definition."""

import datetime
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from kangmai.epidemic.capacity.types import Rule
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.kernel.words import Words

ROOM, KIND, ID = "epidemic", "capacity_rule", "capacity"


def rule(*, on: datetime.date) -> Rule:
    """What holds of capacity on a day. Raises UnknownDefinition."""
    return rule_of(definitions.get(ROOM, KIND, ID, on=on))


@cache
def rule_of(definition: Definition) -> Rule:
    """The rule that a definition writes down."""
    content = definition.content
    return Rule(
        wards=_named(content["wards"]),
        facilities=_named(content["facilities"]),
        rooms=_named(content["rooms"]),
        stale_hours=content["limits"]["stale_hours"],
        rooms_per_10000=content["limits"]["rooms_per_10000"],
        source=definition.source["document"],
        is_verified=definition.verified,
    )


def _named(rows: Iterable[Mapping[str, Any]]) -> dict[str, Words]:
    return {each["id"]: Words(each["zh"], each["en"]) for each in rows}
