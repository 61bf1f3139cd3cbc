"""The vaccines by code; source: the definition `programmes/vaccine_list`."""

from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any

from kangmai.kernel import definitions


class Live(Enum):
    """How a live vaccine is given."""

    INJECTED = "injected"
    ORAL = "oral"
    SCARIFIED = "scarified"


@cache
def vaccines() -> Mapping[str, Mapping[str, Any]]:
    """Every vaccine by its code."""
    lists = definitions.load("programmes", "vaccine_list")
    return {entry["code"]: entry for each in lists for entry in each.content["vaccines"]}


@cache
def live_injected() -> frozenset[str]:
    """The codes of live vaccines that are injected."""
    return frozenset(
        code for code, entry in vaccines().items() if entry.get("live") == Live.INJECTED.value
    )
