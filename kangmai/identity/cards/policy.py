"""Numbers of e-health cards: how long a code lives, how a password looks; read from definitions."""

from dataclasses import dataclass
from datetime import date

from kangmai.kernel import definitions


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers in force on a day; see definitions/identity/card_policy."""

    code_seconds: int
    skew_seconds: int
    pin_digits: int
    pin_failures: int
    offline_days: int
    uses_at_once: int


def policy(*, on: date) -> Policy:
    """The numbers in force on a day."""
    values = definitions.get("identity", "card_policy", "cards", on=on).content["values"]
    return Policy(**{name: int(value) for name, value in values.items()})
