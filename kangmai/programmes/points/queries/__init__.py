"""What the register of service points tells: lists, one point with its history, figures and coverage by county."""

from kangmai.programmes.points.queries.figures import covered, figures
from kangmai.programmes.points.queries.points import (
    SOON,
    get_point,
    holders,
    inspections_of,
    may,
    partners,
    point_list,
    point_of_finding,
    statements_of,
    steps_of,
)
from kangmai.programmes.points.rulebook import kind, kinds

__all__ = [
    "SOON",
    "covered",
    "figures",
    "get_point",
    "holders",
    "inspections_of",
    "kind",
    "kinds",
    "may",
    "partners",
    "point_list",
    "point_of_finding",
    "statements_of",
    "steps_of",
]
