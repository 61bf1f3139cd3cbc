"""Kinds of tasks and needs, read from their definition."""

import datetime
from collections.abc import Mapping
from functools import cache
from typing import Any

from kangmai.epidemic.tasks.types import About, Clock, Clue, Kind, NeedKind, Result, Rule
from kangmai.kernel import definitions
from kangmai.kernel.actor import Label
from kangmai.kernel.definitions import Definition
from kangmai.kernel.words import Words

ROOM, KIND, ID = "epidemic", "task_rule", "tasks"


def rule(*, on: datetime.date) -> Rule:
    """What holds of tasks on a day. Raises UnknownDefinition."""
    return rule_of(definitions.get(ROOM, KIND, ID, on=on))


@cache
def rule_of(definition: Definition) -> Rule:
    """The rule that a definition writes down."""
    content = definition.content
    limits = content["limits"]
    return Rule(
        kinds={each["id"]: _kind(each) for each in content["tasks"]},
        needs={each["id"]: _need(each) for each in content["needs"]},
        most_photos=limits["most_photos"],
        photo_mb=limits["photo_mb"],
        photo_px=limits["photo_px"],
        most_at_once=limits["most_at_once"],
        clock=Clock(limits["soon_minutes"], limits["giver_minutes"]),
        source=definition.source["document"],
        is_verified=definition.verified,
    )


def _words(content: Mapping[str, Any]) -> Words:
    return Words(content["zh"], content["en"])


def _kind(content: Mapping[str, Any]) -> Kind:
    results = [
        Result(each["id"], _words(each), each.get("abnormal", False)) for each in content["results"]
    ]
    return Kind(
        content["id"], _words(content), About(content["about"]), content["due_hours"],
        {each.id: each for each in results}, content.get("measures", False), content.get("counts", False),
        content.get("by_hand", True),
    )  # fmt: skip


def _need(content: Mapping[str, Any]) -> NeedKind:
    clue = content.get("clue")
    return NeedKind(
        content["id"], _words(content), content["service"], content["every_days"],
        Label[content.get("label", "normal").upper()], content.get("from_age"), content.get("alone", False),
        Clue(clue["resource"], clue["parameter"], tuple(clue["codes"]), clue.get("within_days")) if clue else None,
    )  # fmt: skip
