"""The groups in which indicators are listed."""

from dataclasses import dataclass
from functools import cache

from kangmai.kernel import definitions
from kangmai.kernel.words import Words


@dataclass(frozen=True, slots=True)
class Group:
    """A heading under which indicators stand."""

    id: str
    title: Words


@cache
def groups() -> tuple[Group, ...]:
    """All groups, in the order of lists."""
    return tuple(
        Group(each["id"], Words(each["zh"], each["en"]))
        for definition in definitions.load("analytics", "indicator_group")
        if definition.status == "active"
        for each in definition.content["groups"]
    )
