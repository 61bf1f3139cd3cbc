"""Read the rules of contracts and their packages from definitions."""

import datetime
from collections.abc import Mapping
from functools import cache
from typing import Any

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.kernel.words import Words
from kangmai.programmes.contracts.types import Item, Package, Rule

ROOM, RULE, PACKAGE = "programmes", "contract_rule", "contract_package"


def rule(*, on: datetime.date) -> Rule:
    """What holds of contracts on a day; before the first rule, that rule."""
    found = sorted(definitions.load(ROOM, RULE), key=lambda each: each.effective_from)
    return rule_of(next((each for each in found if each.is_effective(on)), found[0]))


def packages(*, on: datetime.date) -> dict[str, Package]:
    """The packages that may be agreed on a day: those of every contract first, paid ones last."""
    found = (package_of(each) for each in definitions.load(ROOM, PACKAGE) if each.is_effective(on))
    ordered = sorted(found, key=lambda each: (not each.is_always, each.is_paid, each.id))
    return {each.id: each for each in ordered}


@cache
def rule_of(definition: Definition) -> Rule:
    """The rule that a definition writes down."""
    content = definition.content
    return Rule(
        years=tuple(content["years"]),
        residents_per_team=content["residents_per_team"],
        renewal_days=content["renewal_days"],
        rating_days=content["rating_days"],
        least_ratings=content["least_ratings"],
        satisfied_from=content["satisfied_from"],
        duties=_named(content["duties"], "id"),
        ends=_named(content["ends"], "id"),
        priority=_named(content["priority"], "programme"),
        source=definition.source["document"],
        is_verified=definition.verified,
    )


def _named(content: Any, by: str) -> dict[str, Words]:
    return {each[by]: Words(each["zh"], each["en"]) for each in content}


@cache
def package_of(definition: Definition) -> Package:
    """The package that a definition writes down."""
    content = definition.content
    suits = content.get("suits", {})
    return Package(
        id=definition.id,
        title=Words(definition.title["zh"], definition.title["en"]),
        is_paid=content["paid"],
        is_always=content.get("always", False),
        programmes=tuple(suits.get("programmes", ())),
        age_from=suits.get("age_from"),
        age_below=suits.get("age_below"),
        items=tuple(_item(each) for each in content["items"]),
        is_verified=definition.verified,
    )


def _item(content: Mapping[str, Any]) -> Item:
    return Item(
        id=content["id"],
        title=Words(content["zh"], content["en"]),
        times=content["times"],
        visits=tuple(_visit(each) for each in content.get("visits", ())),
        is_by_hand=content.get("by_hand", "visits" not in content),
    )


def _visit(said: str) -> tuple[str, str]:
    programme, _dot, service = said.partition(".")
    return programme, "" if service == "*" else service
