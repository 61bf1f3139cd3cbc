"""What more must hold of the rule of death certificates, and how its worked examples are worked out."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.programmes.deaths import rules
from kangmai.programmes.deaths.rulebook import KIND, ROOM, rule_of
from kangmai.programmes.deaths.types import Cause, Line, Told


def check_rule(definition: Definition) -> Iterator[str]:
    """Ids stand once, the deadline exists."""
    content = definition.content
    for name in ("places", "levels", "bases", "suggestions", "not_underlying", "unlikely"):
        ids = [each["id"] for each in content[name]]
        yield from (f"/{name}: {id!r} stands there twice" for id in set(ids) if ids.count(id) > 1)
    if content["deadline"] not in {each.id for each in definitions.load("deadlines", "deadline")}:
        yield f"/deadline: there is no deadline {content['deadline']!r}"


def run_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """Work out one example: the underlying cause suggested and by which rule, and what is flagged."""
    rule, given = rule_of(definition), case["given"]
    causes = tuple(
        Cause(Line(line), "—", each["code"], each.get("days"))
        for line, each in given["causes"].items()
    )
    found = rules.suggest(causes, rule=rule)
    chosen = Line(given.get("underlying", found.line.value))
    told = Told(datetime(2026, 5, 1, tzinfo=UTC), "1", "1", "1", causes, chosen)
    flags = rules.flags(told, rule=rule, sex_code=given.get("sex", "1"), age_days=given.get("age_days"))  # fmt: skip
    answer = {"line": found.line.value, "rule": found.rule, "flags": [each.id for each in flags]}
    wrong = {key: answer[key] for key in case["expect"] if answer[key] != _plain(case["expect"][key])}  # fmt: skip
    return f"found {wrong}" if wrong else ""


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


definitions.register_checker(ROOM, KIND, check_rule)
definitions.register_case_runner(ROOM, KIND, run_case)
