"""What more must hold of the rule of bulletins, and how its worked sentences are written."""

from collections.abc import Mapping
from typing import Any

from kangmai.epidemic.bulletin import rules
from kangmai.epidemic.bulletin.rulebook import KIND, ROOM, rule_of
from kangmai.epidemic.bulletin.sources import SOURCES
from kangmai.epidemic.bulletin.types import Line, Value, Why
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition


def check_rule(definition: Definition) -> list[str]:
    """Roles, sections and sources that do not exist, figures named twice, wholes without words."""
    content = definition.content
    roles = {each.id for each in definitions.load("access", "role")}
    sections = {each["id"] for each in content["sections"]}
    ids = [each["id"] for each in content["figures"]]
    faults = [f"/figures: {id!r} stands there twice" for id in ids if ids.count(id) > 1]
    for part in ("drafting_roles", "issuing_roles"):
        faults += [f"/{part}: there is no role {r!r}" for r in content[part] if r not in roles]
    if set(content["drafting_roles"]) & set(content["issuing_roles"]):
        faults.append("/issuing_roles: who drafts cannot sign")
    for n, each in enumerate(content["figures"]):
        if each["section"] not in sections:
            faults.append(f"/figures/{n}/section: there is no section {each['section']!r}")
        faults += [
            f"/figures/{n}/{part}: nothing counts {each[part]!r}"
            for part in ("source", "of")
            if part in each and each[part] not in SOURCES
        ]
        if ("of" in each) != ("against" in each):
            faults.append(f"/figures/{n}: `of` and `against` belong together")
    return faults


def run_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """Write one sentence."""
    given = case["given"]
    figure = rule_of(definition).figures[given["figure"]]
    now = Value(given.get("value"), given.get("of"), Why(given.get("why", "")))
    line = Line(figure.id, now, Value(given.get("before")))
    said = rules.sentence(line, figure, language=given["language"])
    return "" if said == case["expect"] else f"found {said!r}"


definitions.register_checker(ROOM, KIND, check_rule)
definitions.register_case_runner(ROOM, KIND, run_case)
