"""The detectors by the id that their definition has: each looks at the visits of a night and says what it found.

Each takes its definition, the rule and the day, and gives suspects; those with a `chance` are exact tests,
of which `tried` says how many were made, so that they can share one budget.
"""

from collections.abc import Callable, Mapping

from kangmai.programmes.watchdog.detectors.copies import same_again, same_as_next
from kangmai.programmes.watchdog.detectors.digits import digits
from kangmai.programmes.watchdog.detectors.facts import (
    after_death,
    impossible_change,
    in_hospital,
    shared_phone,
)
from kangmai.programmes.watchdog.detectors.habits import at_night, incomplete, last_days, pace
from kangmai.programmes.watchdog.detectors.looking import Looked, Looking

DETECTORS: Mapping[str, Callable[[Looking], Looked]] = {
    "digits": digits,
    "same_again": same_again,
    "same_as_next": same_as_next,
    "pace": pace,
    "shared_phone": shared_phone,
    "after_death": after_death,
    "in_hospital": in_hospital,
    "impossible_change": impossible_change,
    "at_night": at_night,
    "last_days": last_days,
    "incomplete": incomplete,
}

__all__ = ["DETECTORS", "Looked", "Looking"]
