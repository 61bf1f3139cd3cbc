"""What a layer of early warning says about one disease, place and day."""

import datetime as dt
from dataclasses import dataclass
from enum import Enum


class Layer(Enum):
    """Where a signal comes from; layers of different `source` are independent of each other."""

    RULE = "rule"
    WEEKLY = "weekly"
    DAILY = "daily"
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
