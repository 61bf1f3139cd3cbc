"""What more must hold of the definition of capacity."""

from kangmai.epidemic.capacity.rulebook import KIND, ROOM
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition


def check_rule(definition: Definition) -> list[str]:
    """Kinds that stand in a list twice."""
    faults = []
    for name in ("wards", "facilities", "rooms"):
        ids = [each["id"] for each in definition.content[name]]
        faults += [f"/{name}: {id!r} stands there twice" for id in set(ids) if ids.count(id) > 1]
    return faults


definitions.register_checker(ROOM, KIND, check_rule)
