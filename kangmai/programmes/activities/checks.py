"""What more must hold of rules of activities, and how their worked cases are worked out."""

from collections.abc import Iterator, Mapping
from typing import Any

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.programmes.activities import rules
from kangmai.programmes.activities.rulebook import KIND, ROOM, rule_of
from kangmai.registry.types import OrganizationKind


def check_rule(definition: Definition) -> list[str]:
    """Kinds named twice, a least of what is no kind, venues asked of what is not counted by them."""
    return list(_faults(definition.content))


def _faults(content: Mapping[str, Any]) -> Iterator[str]:
    counts = {each["id"]: each["counts"] for each in content["kinds"]}
    ids = [each["id"] for each in content["kinds"]]
    yield from (f"/kinds: {id!r} stands there twice" for id in ids if ids.count(id) > 1)
    known = {each.value for each in OrganizationKind}
    asked = [of for each in content["least"] for of in each["of"]]
    yield from (f"/least: {of!r} stands there twice" for of in asked if asked.count(of) > 1)
    named = [*asked, *content.get("asked_of", ())]
    yield from (f"there is no kind of institution {of!r}" for of in named if of not in known)
    if not named:
        yield "/asked_of: says of no institution that it is asked"
    for n, each in enumerate(content["least"]):
        for kind, value in each["each"].items():
            if kind not in counts:
                yield f"/least/{n}/each: there is no kind {kind!r}"
            elif isinstance(value, int) == (counts[kind] == "venues"):
                yield f"/least/{n}/each/{kind}: {counts[kind]} are counted"


def run_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """What is wrong with a worked case: title or venue with how often → done and least."""
    rule = rule_of(definition)
    groups = {
        kind: {str(name): (int(count), 0) for name, count in rows}
        for kind, rows in case["given"].items()
    }
    found = {each.kind: each for each in rules.done_of(rule, case["kind"], groups)}
    wrong = [
        f"{kind}: {found[kind].done} of {found[kind].least}"
        for kind, expected in case["expect"].items()
        if [found[kind].done, found[kind].least] != list(expected)
    ]
    return f"{case['name']['en']}: {', '.join(wrong)}" if wrong else ""


definitions.register_checker(ROOM, KIND, check_rule)
definitions.register_case_runner(ROOM, KIND, run_case)
