"""What the forecast is asked about and what it answers. Days are ordinals, see `days`."""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Sex(Enum):
    """Administrative sex, by the FHIR words."""

    MALE = "male"
    FEMALE = "female"


class MotherHbsag(Enum):
    """The mother's hepatitis B surface antigen."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    UNKNOWN = "unknown"
    NOT_RECORDED = "not_recorded"


class Status(Enum):
    """Where one dose stands on the day of the forecast."""

    DONE = "done"
    INVALID = "invalid"
    DUE = "due"
    OVERDUE = "overdue"
    UPCOMING = "upcoming"
    NOT_YET = "not_yet"
    NOT_NEEDED = "not_needed"
    CONTRAINDICATED = "contraindicated"
    AGED_OUT = "aged_out"


class Given(NamedTuple):
    """A dose that was given."""

    day: int
    vaccine: str


@dataclass(frozen=True, slots=True)
class Child:
    """A child as the schedule sees it; `given` and `immunoglobulin` are in the order of days."""

    born: int
    sex: Sex
    given: tuple[Given, ...] = ()
    birth_weight_g: float | None = None
    gestation_weeks: float | None = None
    mother_hbsag: MotherHbsag = MotherHbsag.NOT_RECORDED
    is_hiv_exposed: bool = False
    immunoglobulin: tuple[int, ...] = ()
    contraindications: frozenset[str] = frozenset()


class Reason(NamedTuple):
    """Why: the name of a sentence of `reasons`, and what fills it; or a sentence of a definition."""

    name: str
    values: tuple[object, ...] = ()


class Row(NamedTuple):
    """One given dose, or one dose of the schedule that is not given.

    `earliest`: the first day on which the dose counts. `recommended`: the day of the schedule, or of
    the catch-up. `latest`: the last day of the age for which it is given. None where it says nothing.
    """

    vaccine: str
    dose: int
    status: Status
    earliest: int | None
    recommended: int | None
    latest: int | None
    given: int | None
    reasons: tuple[Reason, ...]


class Forecast(NamedTuple):
    """All rows of a child by the rules in force on a day."""

    on: int
    rule_version: str
    rows: tuple[Row, ...]
