"""Editions of contact rules and what they share, read from their definitions."""

import datetime
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from kangmai.epidemic.tracing.types import Edition, Kind, Managed, Relation, Rule, Stage, Where
from kangmai.epidemic.venues.types import Carrying
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition, UnknownDefinition
from kangmai.kernel.words import Words

ROOM = "epidemic"


def edition(id: str) -> Edition:
    """The rules of the edition that an order names. Raises UnknownDefinition."""
    for definition in definitions.load(ROOM, "tracing_edition"):
        if definition.content["edition"] == id:
            return edition_of(definition)
    raise UnknownDefinition(room=ROOM, kind="tracing_edition", id=id, on="")


@cache
def edition_of(definition: Definition) -> Edition:
    """A definition as rules."""
    content = definition.content
    scan = content["scan"]
    return Edition(
        id=content["edition"],
        title=_words(definition.title),
        is_verified=definition.verified,
        look_back_days=content["look_back_days"],
        has_double_release=content.get("double_release", False),
        managed={
            kind: _managed(content[kind.value])
            for kind in (Kind.CLOSE, Kind.SECONDARY, Kind.GENERAL)
        },
        carrying=Carrying(scan["close_minutes"], frozenset(scan["close_kinds"])),
    )


def _managed(content: Mapping[str, Any]) -> Managed:
    stages = tuple(
        Stage(Where(each["where"]), each["days"], tuple(each["tests"]))
        for each in content["stages"]
    )
    return Managed(content["is_followed"], stages, content["checks_a_day"])


def rule(*, on: datetime.date) -> Rule:
    """What all editions share, on a day. Raises UnknownDefinition."""
    return _rule(definitions.get(ROOM, "tracing_rule", "tracing", on=on))


@cache
def _rule(definition: Definition) -> Rule:
    content = definition.content
    limits = content["limits"]
    return Rule(
        relations={
            each["id"]: Relation(each["id"], _words(each), Kind(each["kind"]))
            for each in content["relations"]
        },
        symptoms=_named(content["symptoms"]),
        evidence=_named(content["evidence"]),
        answers=_named(content["answers"]),
        fever_c=content["fever_c"],
        most_rows=limits["most_rows"],
        speed_hours=limits["speed_hours"],
        clocks=content["clocks"],
    )


def _named(rows: Iterable[Mapping[str, Any]]) -> dict[str, Words]:
    return {each["id"]: _words(each) for each in rows}


def _words(content: Mapping[str, Any]) -> Words:
    return Words(content["zh"], content["en"])
