"""What more must hold of the definitions of teams, and how their worked examples are worked out."""

from collections.abc import Mapping
from typing import Any

from kangmai.epidemic.teams import rules
from kangmai.epidemic.teams.rulebook import KIND, ROOM, SCRIPT, rule_of, script_of
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition


def check_rule(definition: Definition) -> list[str]:
    """Things named twice, functions that are not listed, clocks that deadlines do not know."""
    content = definition.content
    clocks = {each.id for each in definitions.load("deadlines", "deadline")}
    functions = {each["id"] for each in content["functions"]}
    faults = []
    for part in ("functions", "kinds", "specialties", "shifts"):
        ids = [each["id"] for each in content[part]]
        faults += [f"/{part}: {id!r} stands there twice" for id in ids if ids.count(id) > 1]
    named = {f"/kinds/{n}/clock": each["clock"] for n, each in enumerate(content["kinds"])}
    named |= {f"/limits/{name}": content["limits"][name] for name in ("expert_clock", "arrival_clock")}  # fmt: skip
    faults += [
        f"{where}: there is no deadline {id!r}" for where, id in named.items() if id not in clocks
    ]
    for n, kind in enumerate(content["kinds"]):
        unknown = [each for each in kind["least"] if each not in functions]
        faults += [f"/kinds/{n}/least: there is no function {each!r}" for each in unknown]
    return faults


def check_script(definition: Definition) -> list[str]:
    """Steps named twice, minutes that run backwards, no grade from 0 on."""
    steps = definition.content["steps"]
    ids = [each["id"] for each in steps]
    minutes = [each["minutes"] for each in steps]
    faults = [f"/steps: {id!r} stands there twice" for id in ids if ids.count(id) > 1]
    if minutes != sorted(minutes):
        faults.append("/steps: must stand in the order of their minutes")
    if not any(each["least"] == 0 for each in definition.content["grades"]):
        faults.append("/grades: one must begin at 0")
    return faults


def run_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """Work out whether a team is ready."""
    found, given, expect = rule_of(definition), case["given"], case["expect"]
    answer = rules.readiness(
        found.kinds[given["kind"]],
        given["available"],
        on_duty=given["on_duty"],
        drill_days_ago=given.get("drill_days_ago"),
        is_out=given["is_out"],
        found=found,
    )
    said = (answer.standing.value, list(answer.lacks))
    return "" if said == (expect["state"], list(expect["lacks"])) else f"found {said}"


def run_script_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """Work out what a drill comes to."""
    found, given, expect = script_of(definition), case["given"], case["expect"]
    points = [
        rules.step_points(found, s, given["done"].get(s.id), given["marks"].get(s.id, ())) or 0.0
        for s in found.steps
    ]
    value = rules.score(found, points)
    said = (value, rules.grade(found, value).title.zh)
    return "" if said == (expect["score"], expect["grade"]) else f"found {said}"


definitions.register_checker(ROOM, KIND, check_rule)
definitions.register_checker(ROOM, SCRIPT, check_script)
definitions.register_case_runner(ROOM, KIND, run_case)
definitions.register_case_runner(ROOM, SCRIPT, run_script_case)
