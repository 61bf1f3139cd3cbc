"""Notifiable diseases of a town's people, and the daily counts of its schools, as columns.

Assumptions: `definitions/commandline/invented_city/infections.yaml`.
"""

from kangmai.commandline.city.infections.absence import Absence, school_absence
from kangmai.commandline.city.infections.cases import (
    NEVER,
    Infections,
    infections_of_block,
    town_infections,
)
from kangmai.commandline.city.infections.reports import content_of

__all__ = [
    "NEVER",
    "Absence",
    "Infections",
    "content_of",
    "infections_of_block",
    "school_absence",
    "town_infections",
]
