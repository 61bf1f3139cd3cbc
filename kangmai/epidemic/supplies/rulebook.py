"""Items, loads and limits, read from their definition."""

import datetime
from collections.abc import Mapping
from functools import cache
from typing import Any

from kangmai.epidemic.supplies.types import Basis, Item, Load, PostShare, Rule
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.kernel.words import Words

ROOM, KIND, ID = "epidemic", "supply_rule", "supplies"


def rule(*, on: datetime.date) -> Rule:
    """What holds of supplies on a day. Raises UnknownDefinition."""
    return rule_of(definitions.get(ROOM, KIND, ID, on=on))


@cache
def rule_of(definition: Definition) -> Rule:
    """The rule that a definition writes down."""
    content = definition.content
    limits = content["limits"]
    return Rule(
        reserve_days=limits["reserve_days"],
        loss_percent=limits["loss_percent"],
        safety_days=limits["safety_days"],
        expiring_days=limits["expiring_days"],
        items={each["id"]: _item(each) for each in content["items"]},
        loads={each["id"]: _load(each) for each in content["loads"]},
        from_posts=tuple(_share(each) for each in content["from_posts"]),
        source=definition.source["document"],
        is_verified=definition.verified,
    )


def _words(content: Mapping[str, Any]) -> Words:
    return Words(content["zh"], content["en"])


def _item(content: Mapping[str, Any]) -> Item:
    return Item(
        content["id"],
        _words(content),
        _words(content.get("short", content)),
        _words(content["unit"]),
        content["is_key"],
        content["lead_days"],
    )


def _load(content: Mapping[str, Any]) -> Load:
    uses = {item: round(rate * 1000) for item, rate in content["uses"].items()}
    return Load(content["id"], _words(content), Basis(content["basis"]), uses)


def _share(content: Mapping[str, Any]) -> PostShare:
    return PostShare(
        frozenset(content["kinds"]),
        frozenset(content["roles"]),
        content["load"],
        content["share_percent"],
        content["shifts"],
    )
