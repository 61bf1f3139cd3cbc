"""What more must hold of the definitions of orders."""

from kangmai.epidemic.orders.rulebook import holdings_of
from kangmai.epidemic.orders.types import Purpose, Treatment
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition


def check_rule(definition: Definition) -> list[str]:
    """Roles that do not exist, purposes forgotten, data kept for longer than the limit."""
    content = definition.content
    known = {each.id for each in definitions.load("access", "role")}
    faults = [
        f"/signing_roles/{n}: there is no role {role!r}"
        for n, role in enumerate(content["signing_roles"])
        if role not in known
    ]
    named = [each["id"] for each in content["purposes"]]
    if sorted(named) != sorted(Purpose):
        faults.append(f"/purposes: must be exactly {sorted(Purpose)}")
    if content["retention_days"] > content["longest_retention_days"]:
        faults.append("/retention_days: longer than longest_retention_days")
    return faults


def check_data(definition: Definition) -> list[str]:
    """Tables whose end is not told whole."""
    faults = []
    for n, holding in enumerate(holdings_of(definition)):
        if (holding.treatment is Treatment.ANONYMISE) != bool(holding.columns):
            faults.append(
                f"/tables/{n}: columns are named where rows are anonymised, and only there"
            )
        if holding.is_partitioned and holding.treatment is not Treatment.ERASE:
            faults.append(f"/tables/{n}: a partitioned table can only be erased")
    return faults


definitions.register_checker("epidemic", "emergency_rule", check_rule)
definitions.register_checker("epidemic", "emergency_data", check_data)
