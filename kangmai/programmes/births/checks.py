"""What more must hold of a rule of births, and how its worked examples are worked out."""

import datetime
import re
from collections.abc import Iterator, Mapping
from typing import Any

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.programmes.births import rules
from kangmai.programmes.births.errors import NumberUnreadable
from kangmai.programmes.births.rulebook import KIND, ROOM, rule_of


def check_rule(definition: Definition) -> Iterator[str]:
    """Items stand once, the pattern of numbers is one."""
    ids = [each["id"] for each in definition.content["items"]]
    yield from (f"/items: {id!r} stands there twice" for id in set(ids) if ids.count(id) > 1)
    try:
        re.compile(definition.content["number_pattern"])
    except re.error as error:
        yield f"/number_pattern: {error}"


def run_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """Work out one example: by when the items are due, or whether a number can be one."""
    found, given = rule_of(definition), case["given"]
    answer: dict[str, object] = {}
    if "issued_on" in given:
        issued = _day(given["issued_on"])
        answer = {item: rules.due_on(found, item, issued).isoformat() for item in case["expect"]}
    if "number" in given:
        try:
            answer["number"] = rules.checked_number(given["number"], found)
        except NumberUnreadable:
            answer["number"] = "refused"
    expected = {name: str(value) for name, value in case["expect"].items()}
    return "" if answer == expected else f"found {answer}"


def _day(value: object) -> datetime.date:
    return datetime.date.fromisoformat(str(value))


definitions.register_checker(ROOM, KIND, check_rule)
definitions.register_case_runner(ROOM, KIND, run_case)
