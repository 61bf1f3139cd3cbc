"""The indicators there are; permissions of the room, and how far they let an actor see."""

from kangmai.analytics.errors import AreaUnknown
from kangmai.analytics.indicators.behind import Behind, is_behind
from kangmai.analytics.indicators.definition import (
    Indicator,
    find_indicator,
    get_indicator,
    indicator_named,
    indicators,
    kinds_of,
    twelve_months_to,
    year_before,
)
from kangmai.analytics.indicators.earlier import (
    months_before,
    period_before,
    trend_periods,
    week_and_before,
)
from kangmai.analytics.indicators.groups import Group, groups
from kangmai.analytics.indicators.intervals import interval_of
from kangmai.analytics.indicators.levels import Levels
from kangmai.analytics.indicators.movements import Cause, Movement, Recount
from kangmai.analytics.indicators.outside_table import COLUMNS as OUTSIDE_COLUMNS
from kangmai.analytics.indicators.outside_table import Fault, needed
from kangmai.analytics.indicators.outside_table import read as read_outside
from kangmai.analytics.indicators.outside_table import read_rows as read_outside_rows
from kangmai.analytics.indicators.rollup import next_below
from kangmai.analytics.indicators.targets import find_target
from kangmai.analytics.methods.funnel import Funnel, FunnelPlace, Standing, funnel, limits
from kangmai.analytics.types import Goal
from kangmai.kernel.actor import Actor, NotPermitted, is_permitted
from kangmai.standards.divisions import find_division

__all__ = [
    "OUTSIDE_COLUMNS",
    "Behind",
    "Cause",
    "Fault",
    "Funnel",
    "FunnelPlace",
    "Goal",
    "Group",
    "Indicator",
    "Levels",
    "Movement",
    "Recount",
    "Standing",
    "find_indicator",
    "find_target",
    "funnel",
    "get_indicator",
    "groups",
    "indicator_named",
    "indicators",
    "interval_of",
    "is_behind",
    "kinds_of",
    "limits",
    "months_before",
    "needed",
    "next_below",
    "period_before",
    "read_outside",
    "read_outside_rows",
    "sees_exactly",
    "trend_periods",
    "twelve_months_to",
    "week_and_before",
    "year_before",
]

READ = "indicators.read"
PUBLISHED = "indicators.published"
ROWS = "indicators.rows"
FREEZE = "indicators.freeze"
MANAGE = "lake.manage"
INTAKE = "indicators.intake"


def sees_exactly(actor: Actor, area: str) -> bool:
    """Whether the figures of an area are shown as they are; else small numbers are hidden.

    Raises:
        AreaUnknown: no division has this code.
        NotPermitted: the actor may see no figure of the area at all.
    """
    if find_division(area) is None:
        raise AreaUnknown(area=area)
    if is_permitted(actor, READ, area):
        return True
    if is_permitted(actor, PUBLISHED):
        return False
    raise NotPermitted(permission=READ)
