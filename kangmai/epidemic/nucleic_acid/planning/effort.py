"""What a round needs: tubes, samplers, lanes, kits, boxes, and how long the laboratories take.

Source: arithmetic over the capacities of `epidemic/testing_edition`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Effort:
    """What a round needs."""

    people: int
    mode: int
    tubes: int
    samplers: int
    """At work at one time."""
    registrars: int
    lanes: int
    swabs: int
    kits: int
    boxes: int
    wells_a_run: int
    laboratory_hours: float
    """At the capacity given, without waiting."""


def effort(
    *,
    people: int,
    mode: int,
    hours: float,
    tubes_a_day: int,
    capacity: Mapping[str, Any],
) -> Effort:
    """What sampling some people within some hours needs.

    Args:
        tubes_a_day: what all laboratories together test.
        capacity: of the rules in force.

    Raises:
        ValueError: no people, hours or capacity.
    """
    if people < 1 or hours <= 0 or tubes_a_day < 1:
        raise ValueError("people, hours and capacity must be more than nothing")
    tubes = math.ceil(people / mode * capacity["spare_tubes"] - 1e-9)
    samplers = math.ceil(people / (capacity["people_an_hour"][str(mode)] * hours))
    return Effort(
        people=people,
        mode=mode,
        tubes=tubes,
        samplers=samplers,
        registrars=samplers,
        lanes=samplers,
        swabs=people,
        kits=math.ceil(tubes * capacity["kit_factor"] - 1e-9),
        boxes=math.ceil(tubes / capacity["tubes_a_box"]),
        wells_a_run=capacity["wells_for_samples"],
        laboratory_hours=tubes / (tubes_a_day / 24),
    )
