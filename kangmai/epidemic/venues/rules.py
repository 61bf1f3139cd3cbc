"""What is said at the door, which instants are taken, and which colour somebody shows: pure functions.

The answers and limits are those of `venue_rule`, the reasons those of `colour_rule`. Nobody is turned away
for want of a phone, and nobody from care.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from kangmai.epidemic.venues.codes import pass_number
from kangmai.epidemic.venues.types import (
    Colour,
    ColourRule,
    PersonKey,
    Visit,
    WhatIf,
)

__all__ = [
    "ANSWERS",
    "EPOCH",
    "colour_of",
    "door_answer",
    "expiry",
    "instant_of",
    "mixed",
    "pass_number",
    "second_of",
    "shown_colour",
    "visits",
    "what_if",
]

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
"""Instants of scans are whole seconds since then, in four bytes."""

ANSWERS = frozenset({"green", "yellow", "red", "yellow_care", "red_care", "not_registered"})


def second_of(at: datetime) -> int:
    """An instant as scans count it."""
    return (at - EPOCH) // timedelta(seconds=1)


def instant_of(second: int) -> datetime:
    """The instant of a scan."""
    return EPOCH + timedelta(seconds=second)


def shown_colour(colour: Colour, until: datetime | None, at: datetime) -> Colour:
    """What a code shows: green again once the decision behind another colour is over."""
    return Colour.GREEN if until is not None and until <= at else colour


def door_answer(colour: Colour | None, *, is_care: bool) -> str:
    """Id of the answer at the door; `colour` is None for somebody who is not registered."""
    if colour is None:
        return "not_registered"
    if colour is Colour.GREEN:
        return "green"
    return f"{colour.name.lower()}{'_care' if is_care else ''}"


def mixed(client: NDArray[np.int64], source: NDArray[np.int64]) -> NDArray[np.int64]:
    """One number for what a sender called a scan: senders who count alike do not meet.

    Source: the finalizer of splitmix64 (Steele, Lea, Flood 2014), applied to the source and then to both.
    """
    with np.errstate(over="ignore"):
        return _finalized(client.view(np.uint64) ^ _finalized(source.view(np.uint64))).view(
            np.int64
        )


def _finalized(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    value = value + np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def visits(
    scans: Iterable[tuple[PersonKey, int, int]], dwell_minutes: Mapping[int, int]
) -> list[Visit]:
    """Stays from scans: from each scan until the person's next later one, or until the dwell time is over.

    Args:
        scans: person, venue, second; in any order.
        dwell_minutes: by venue.
    """
    found = []
    for person, own in groupby(sorted(scans, key=lambda s: (s[0], s[2], s[1])), key=lambda s: s[0]):
        steps = list(own)
        for _, venue, second in steps:
            later = [each for _, _, each in steps if each > second]
            until = min([second + dwell_minutes[venue] * 60, *later])
            found.append(Visit(person, venue, instant_of(second), instant_of(until)))
    return found


def expiry(rule: ColourRule, reason: str, *, at: datetime) -> datetime | None:
    """When a colour given now for a reason ends by itself; None: when it is lifted."""
    days = rule.reasons[reason].days
    return None if days is None else at + timedelta(days=days)


Standing = tuple[PersonKey, str, datetime, datetime | None]
"""A decision that stands: person, reason, when it was made, when it ends."""


def colour_of(
    standing: Iterable[Standing], rule: ColourRule, at: datetime
) -> tuple[Colour, datetime | None]:
    """What one person shows by several decisions: the most severe wins; with the instant at which it ends."""
    alive = [
        (rule.reasons[reason].colour, until)
        for _, reason, _, until in standing
        if reason in rule.reasons and (until is None or until > at)
    ]
    if not alive:
        return Colour.GREEN, None
    colour = max(each for each, _ in alive)
    ends = [until for each, until in alive if each is colour]
    return colour, None if None in ends else max(each for each in ends if each is not None)


def what_if(
    standing: Iterable[Standing], now: ColourRule, then: ColourRule, at: datetime
) -> WhatIf:
    """How many people would show which colour if another list held: reasons it lacks end, its days count anew."""
    counted: dict[tuple[Colour, Colour], int] = {}
    ordered = sorted(standing, key=lambda each: each[0])
    for _, own in groupby(ordered, key=lambda each: each[0]):
        decisions = list(own)
        changed = [
            (person, reason, made_at, expiry(then, reason, at=made_at))
            for person, reason, made_at, _ in decisions
            if reason in then.reasons
        ]
        pair = colour_of(decisions, now, at)[0], colour_of(changed, then, at)[0]
        counted[pair] = counted.get(pair, 0) + 1
    return WhatIf(tuple((a, b, count) for (a, b), count in sorted(counted.items())))
