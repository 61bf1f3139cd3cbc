"""Limits, kinds of venues, answers at the door and the closed list of colours, read from their definitions."""

import datetime
from collections.abc import Mapping
from functools import cache
from typing import Any

from kangmai.epidemic.venues.types import (
    Answer,
    Colour,
    ColourReason,
    ColourRule,
    DoorAnswer,
    Origin,
    Refusal,
    VenueKind,
    VenueRule,
)
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition, UnknownDefinition
from kangmai.kernel.words import Words


def venue_rule(*, on: datetime.date) -> VenueRule:
    """The rule of venues on a day. Raises UnknownDefinition."""
    return _venue_rule(definitions.get("epidemic", "venue_rule", "venues", on=on))


@cache
def _venue_rule(definition: Definition) -> VenueRule:
    content = definition.content
    limits = content["limits"]
    return VenueRule(
        kinds={each["id"]: _kind(each) for each in content["kinds"]},
        answers={each["id"]: _answer(each) for each in content["answers"]},
        refusals={Refusal(each["id"]): _words(each) for each in content["refusals"]},
        future_seconds=limits["future_seconds"],
        late_days=limits["late_days"],
        per_minute_phone=limits["per_minute_phone"],
        per_minute_device=limits["per_minute_device"],
        keep_days=limits["keep_days"],
        trace_days=limits["trace_days"],
        least_overlap_minutes=limits["least_overlap_minutes"],
        lookup_hours=limits["lookup_hours"],
    )


def _kind(content: Mapping[str, Any]) -> VenueKind:
    desk = content.get("desk")
    return VenueKind(
        id=content["id"],
        title=_words(content),
        dwell_minutes=content["dwell_minutes"],
        is_care=content.get("is_care", False),
        desk=Origin(desk) if desk else None,
    )


def _answer(content: Mapping[str, Any]) -> DoorAnswer:
    return DoorAnswer(content["id"], Answer[content["answer"].upper()], _words(content))


def _words(content: Mapping[str, Any]) -> Words:
    return Words(content["zh"], content["en"])


def colour_rules() -> tuple[ColourRule, ...]:
    """Every list of reasons there is, by edition."""
    found = definitions.load("epidemic", "colour_rule")
    return tuple(sorted(map(colour_rule_of, found), key=lambda rule: rule.edition))


def colour_rule(edition: str) -> ColourRule:
    """The closed list of reasons of the edition that an order names.

    Raises:
        UnknownDefinition
    """
    for rule in colour_rules():
        if rule.edition == edition:
            return rule
    raise UnknownDefinition(room="epidemic", kind="colour_rule", id=edition, on="")


@cache
def colour_rule_of(definition: Definition) -> ColourRule:
    """A definition as a closed list, in its order."""
    content = definition.content
    return ColourRule(
        id=definition.id,
        edition=content["edition"],
        reasons={each["id"]: _reason(each) for each in content["reasons"]},
        evidence={each["id"]: _words(each) for each in content["evidence"]},
    )


def _reason(content: Mapping[str, Any]) -> ColourReason:
    return ColourReason(
        id=content["id"],
        colour=Colour[content["colour"].upper()],
        words=_words(content),
        evidence=tuple(content["evidence"]),
        authorities=tuple(content["authorities"]),
        days=content.get("days"),
    )
