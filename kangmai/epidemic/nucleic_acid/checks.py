"""What more must hold of the rules of testing, and how their worked examples are worked out."""

from collections.abc import Mapping
from typing import Any

from kangmai.epidemic.nucleic_acid import rules
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition


def check_edition(definition: Definition) -> list[str]:
    """Clocks without a definition, a grey zone that does not follow the positives, groups that the code needs."""
    content = definition.content
    known = {each.id for each in definitions.load("deadlines", "deadline")}
    faults = [
        f"/pool/deadlines/{name}: there is no deadline {id!r}"
        for name, id in content["pool"]["deadlines"].items()
        if id not in known
    ]
    judged = content["judgement"]
    if not judged["positive_below"] <= judged["grey_from"] <= judged["detected_below"]:
        faults.append("/judgement: positive_below ≤ grey_from ≤ detected_below does not hold")
    groups = {each["id"] for each in content["groups"]}
    faults += [
        f"/groups: there is no group {id!r}"
        for id in ("screening", "pool_follow_up", "thing")
        if id not in groups
    ]
    modes = {str(each["people"]) for each in content["modes"]}
    faults += [
        f"/capacity/people_an_hour: nothing for {mode} in a tube"
        for mode in sorted(modes - content["capacity"]["people_an_hour"].keys())
    ]
    return faults


def run_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """Work out one example: what the thresholds of one well are called."""
    given, limits = case["given"], rules.edition_of(definition).limits
    found = rules.judge(limits, given.get("orf1ab"), given.get("n"), given.get("internal")).value
    expected = case["expect"]["judgement"]
    return "" if found == expected else f"expected {expected}, found {found}"


definitions.register_checker(rules.ROOM, rules.KIND, check_edition)
definitions.register_case_runner(rules.ROOM, rules.KIND, run_case)
