"""What more must hold of the rule of supplies, and how its worked examples are worked out."""

from collections.abc import Mapping
from typing import Any

from kangmai.epidemic.supplies import rules
from kangmai.epidemic.supplies.rulebook import KIND, ROOM, rule_of
from kangmai.epidemic.supplies.types import LoadLine, Lot
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition


def check_rule(definition: Definition) -> list[str]:
    """Things named twice, uses of items that are not listed, shares of posts for loads that are not."""
    content = definition.content
    items = [each["id"] for each in content["items"]]
    loads = [each["id"] for each in content["loads"]]
    faults = [f"/items: {id!r} stands there twice" for id in items if items.count(id) > 1]
    faults += [f"/loads: {id!r} stands there twice" for id in loads if loads.count(id) > 1]
    for n, load in enumerate(content["loads"]):
        faults += [
            f"/loads/{n}/uses: there is no item {item!r}"
            for item in load["uses"]
            if item not in items
        ]
    bases = {each["id"]: each["basis"] for each in content["loads"]}
    faults += [
        f"/from_posts/{n}/load: {each['load']!r} is no load that is counted in people"
        for n, each in enumerate(content["from_posts"])
        if bases.get(each["load"]) != "person_shift"
    ]
    if not any(each["is_key"] for each in content["items"]):
        faults.append("/items: at least one must be a key item")
    return faults


def run_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """Work out one example: what an item comes to."""
    found, given = rule_of(definition), case["given"]
    lots = [Lot(each["quantity"], each.get("expires_on")) for each in given["lots"]]
    loads = [LoadLine(id, *numbers) for id, numbers in given["loads"].items()]
    item = found.items[given["item"]]
    burn = rules.burn_milli(item.id, loads, found)
    come_to = rules.needs(rules.cell(item.id, lots, burn, given["day"]), item, found)
    answer = {
        "burn": burn / 1000,
        "days": come_to.days,
        "target": come_to.target,
        "gap": come_to.gap,
        "order_point": come_to.order_point,
    }
    wrong = {key: answer[key] for key in case["expect"] if answer[key] != case["expect"][key]}
    return f"found {wrong}" if wrong else ""


definitions.register_checker(ROOM, KIND, check_rule)
definitions.register_case_runner(ROOM, KIND, run_case)
