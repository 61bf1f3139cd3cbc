"""The rule of orders and the end of every table, read from their definitions."""

import datetime
from collections.abc import Mapping
from functools import cache
from typing import Any

from kangmai.epidemic.orders.types import Edition, Holding, Purpose, Rule, Treatment
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.kernel.words import Words


def rule(*, on: datetime.date) -> Rule:
    """What orders must satisfy on a day. Raises UnknownDefinition."""
    return _rule_of(definitions.get("epidemic", "emergency_rule", "emergency", on=on))


@cache
def _rule_of(definition: Definition) -> Rule:
    content = definition.content
    return Rule(
        signing_roles=tuple(content["signing_roles"]),
        longest_days=content["longest_days"],
        longest_drill_days=content["longest_drill_days"],
        retention_days=content["retention_days"],
        longest_retention_days=content["longest_retention_days"],
        purposes={Purpose(each["id"]): words(each) for each in content["purposes"]},
        diseases={each["id"]: words(each) for each in content["diseases"]},
        editions={each["id"]: _edition(each) for each in content["editions"]},
    )


def _edition(content: Mapping[str, Any]) -> Edition:
    return Edition(
        content["id"], words(content), content["from"], content.get("to"), content["verified"],
        content.get("for_drills", False),
    )  # fmt: skip


def words(content: Mapping[str, Any]) -> Words:
    """The two names in a piece of a definition."""
    return Words(content["zh"], content["en"])


def holdings() -> tuple[Holding, ...]:
    """Every table of the mode in the order in which its rows may end: children before parents."""
    found = definitions.load("epidemic", "emergency_data")
    return tuple(holding for each in sorted(found, key=_place) for holding in holdings_of(each))


def _place(definition: Definition) -> tuple[int, str]:
    return definition.content["place"], definition.id


@cache
def holdings_of(definition: Definition) -> tuple[Holding, ...]:
    """The tables that one definition names."""
    return tuple(map(_holding, definition.content["tables"]))


def _holding(content: Mapping[str, Any]) -> Holding:
    via = content.get("via")
    return Holding(
        table=content["table"],
        order_column=content.get("order_column", "order_id"),
        key=content.get("key", "id"),
        via=(via["column"], via["table"]) if via else None,
        treatment=Treatment(content["treatment"]),
        columns=tuple(content.get("columns", ())),
        after_days=content.get("after_days"),
        is_partitioned=content.get("is_partitioned", False),
        title=words(content),
    )
