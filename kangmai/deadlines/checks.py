"""What more must hold of definitions of deadlines, and how their worked examples are worked out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kangmai.deadlines import rules
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.standards.calendars import LEGAL_TIME

STEERING = ("county", "city")


def check_deadline(definition: Definition) -> list[str]:
    """Roles that do not exist, and escalations to a county or city that do not say to which institution."""
    content = definition.content
    known = {each.id for each in definitions.load("access", "role")}
    faults = [
        f"/owner_roles/{n}: there is no role {role!r}"
        for n, role in enumerate(content["owner_roles"])
        if role not in known
    ]
    for n, step in enumerate(content["escalation"]):
        target = step["to"]
        if target["role"] not in known:
            faults.append(f"/escalation/{n}/to/role: there is no role {target['role']!r}")
        if (target["at"] in STEERING) != ("kind" in target):
            faults.append(f"/escalation/{n}/to: a county or a city, and nothing else, has a kind")
    return faults


def run_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """Work out one example: when a limit begun then is due (Shanghai time), and whether provisionally."""
    given = datetime.fromisoformat(str(case["given"]["started_at"])).replace(tzinfo=LEGAL_TIME)
    found = rules.limit(rules.rule_of(definition).duration, given)
    shown = {
        "due_at": f"{found.at.astimezone(LEGAL_TIME):%Y-%m-%d %H:%M:%S}",
        "provisional": found.provisional,
    }
    expected = {"provisional": False, **case["expect"]}
    return "" if shown == expected else f"expected {expected}, found {shown}"


definitions.register_checker("deadlines", "deadline", check_deadline)
definitions.register_case_runner("deadlines", "deadline", run_case)
