"""Sizes and roles of the grid, read from their definition."""

import datetime
from functools import cache

from kangmai.epidemic.grid.types import Rule
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.kernel.words import Words

ROOM, KIND, ID = "epidemic", "grid_rule", "grid"


def rule(*, on: datetime.date) -> Rule:
    """What holds of the grid on a day. Raises UnknownDefinition."""
    return _rule(definitions.get(ROOM, KIND, ID, on=on))


@cache
def _rule(definition: Definition) -> Rule:
    content = definition.content
    return Rule(
        households_per_grid=content["size"]["households_per_grid"],
        households_per_micro_grid=content["size"]["households_per_micro_grid"],
        roles={each["id"]: Words(each["zh"], each["en"]) for each in content["roles"]},
        source=definition.source["document"],
        is_verified=definition.verified,
    )
