"""Reads of nucleic-acid testing, each inside the actor's reach; what names people sleeps until ordered."""

from kangmai.epidemic.nucleic_acid.queries.antigen import PositiveAntigen, positive_antigens
from kangmai.epidemic.nucleic_acid.queries.bench import (
    box_of,
    boxes,
    incidents,
    laboratories,
    plate_of,
    plates,
    wells,
)
from kangmai.epidemic.nucleic_acid.queries.board import board, late_tubes, site_lines
from kangmai.epidemic.nucleic_acid.queries.day import DayCounts, day_counts
from kangmai.epidemic.nucleic_acid.queries.flow import coverage, laboratory_lines, shifts
from kangmai.epidemic.nucleic_acid.queries.own import (
    antigen_of_passes,
    bookable,
    my_antigen,
    my_bookings,
    my_tests,
    tests_of_passes,
)
from kangmai.epidemic.nucleic_acid.queries.plans import (
    boxes_for,
    demands,
    newest_plan,
    plan_of,
    plans,
    replay_of,
    trips,
)
from kangmai.epidemic.nucleic_acid.queries.pools import (
    attendees_of,
    holds,
    pool_of,
    pools,
    positive_of,
)
from kangmai.epidemic.nucleic_acid.queries.rounds import (
    open_round,
    round_of,
    rounds,
    rounds_by_id,
    site_of,
    sites,
)
from kangmai.epidemic.nucleic_acid.queries.singles import Single, singles_of
from kangmai.epidemic.nucleic_acid.queries.tubes import (
    in_tube,
    open_tube,
    require_label,
    tubes_to_pack,
)
from kangmai.epidemic.nucleic_acid.queries.unsampled import (
    unsampled_by_place,
    unsampled_ids,
    unsampled_people,
)

__all__ = [
    "DayCounts",
    "PositiveAntigen",
    "Single",
    "antigen_of_passes",
    "attendees_of",
    "board",
    "bookable",
    "box_of",
    "boxes",
    "boxes_for",
    "coverage",
    "day_counts",
    "demands",
    "holds",
    "in_tube",
    "incidents",
    "laboratories",
    "laboratory_lines",
    "late_tubes",
    "my_antigen",
    "my_bookings",
    "my_tests",
    "newest_plan",
    "open_round",
    "open_tube",
    "plan_of",
    "plans",
    "plate_of",
    "plates",
    "pool_of",
    "pools",
    "positive_antigens",
    "positive_of",
    "replay_of",
    "require_label",
    "round_of",
    "rounds",
    "rounds_by_id",
    "shifts",
    "singles_of",
    "site_lines",
    "site_of",
    "sites",
    "tests_of_passes",
    "trips",
    "tubes_to_pack",
    "unsampled_by_place",
    "unsampled_ids",
    "unsampled_people",
    "wells",
]
