"""What a layer of early warning says about one disease, place and day."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Layer(Enum):
    """Where a signal comes from; layers of different `source` are independent of each other."""

    RULE = "rule"
    WEEKLY = "weekly"
    DAILY = "daily"
    SLOW = "slow"
    SPARSE = "sparse"
    SPACE_TIME = "space-time"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One signal. `p` is its chance without an outbreak, None for a rule that asks for action by itself.

    `area` and `disease` are codes, `source` the stream of data (reports, laboratories, schools, …).
    """

    layer: Layer
    disease: str
    area: str
    day: dt.date
    source: str
    observed: float
    expected: float | None
    p: float | None
    reason: str
    cases: tuple[str, ...] = ()
    condition: str = ""
    """What the source counts, where `disease` is the group it belongs to; empty: the same."""
    place: str = ""
    """The institution, where the signal is about one."""
    method: str = ""
    threshold: float | None = None
    detail: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)
    """What an officer must see to understand it: baseline, settings, rule."""
