"""Kinds of teams and scripts of drills, read from their definitions."""

import datetime
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from kangmai.epidemic.teams.errors import ScriptUnknown
from kangmai.epidemic.teams.types import Grade, Kind, Rule, Script, Shift, Step
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.kernel.words import Words

ROOM, KIND, ID, SCRIPT = "epidemic", "team_rule", "teams", "drill_script"


def rule(*, on: datetime.date) -> Rule:
    """What holds of teams on a day. Raises UnknownDefinition."""
    return rule_of(definitions.get(ROOM, KIND, ID, on=on))


def scripts(*, on: datetime.date) -> tuple[Script, ...]:
    """The scripts in force on a day, by id."""
    found = definitions.load(ROOM, SCRIPT)
    return tuple(script_of(each) for each in found if each.is_effective(on))


def script(id: str, *, on: datetime.date) -> Script:
    """One script as of a day. Raises ScriptUnknown."""
    found = next((each for each in scripts(on=on) if each.id == id), None)
    if found is None:
        raise ScriptUnknown(script=id[:32])
    return found


@cache
def rule_of(definition: Definition) -> Rule:
    """The rule that a definition writes down."""
    content = definition.content
    limits = content["limits"]
    return Rule(
        functions=_named(content["functions"]),
        kinds={each["id"]: _kind(each) for each in content["kinds"]},
        specialties=_named(content["specialties"]),
        shifts={each["id"]: _shift(each) for each in content["shifts"]},
        drill_valid_days=limits["drill_valid_days"],
        expert_clock=limits["expert_clock"],
        arrival_clock=limits["arrival_clock"],
        longest_mission_days=limits["longest_mission_days"],
        source=definition.source["document"],
        is_verified=definition.verified,
    )


@cache
def script_of(definition: Definition) -> Script:
    """The script that a definition writes down."""
    content = definition.content
    return Script(
        id=definition.id,
        title=_words(definition.title),
        valid_from=definition.effective_from,
        time_percent=content["time_percent"],
        steps=tuple(
            Step(e["id"], _words(e), e["minutes"], e["points"], _words(e["criteria"]))
            for e in content["steps"]
        ),
        grades=tuple(Grade(each["least"], _words(each)) for each in content["grades"]),
        source=definition.source["document"],
        is_verified=definition.verified,
    )


def _words(content: Mapping[str, Any]) -> Words:
    return Words(content["zh"], content["en"])


def _named(content: Iterable[Mapping[str, Any]]) -> dict[str, Words]:
    return {each["id"]: _words(each) for each in content}


def _kind(content: Mapping[str, Any]) -> Kind:
    return Kind(
        content["id"], _words(content), content["clock"], content["on_duty"], content["least"]
    )


def _shift(content: Mapping[str, Any]) -> Shift:
    return Shift(content["id"], _words(content), content["from_hour"], content["hours"])
