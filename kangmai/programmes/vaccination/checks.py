"""What more must hold of the clinic's rule, and how its worked examples are worked out."""

from collections.abc import Iterator, Mapping
from typing import Any

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.programmes.vaccination import rules
from kangmai.programmes.vaccination.rulebook import KIND, ROOM, rule_of
from kangmai.programmes.vaccination.types import Severity


def check_rule(definition: Definition) -> Iterator[str]:
    """Ids stand once, limits are in order, the deadlines exist."""
    content = definition.content
    for name in ("questions", "sites", "routes", "fridges", "reactions", "classes"):
        ids = [each["id"] for each in content[name]]
        yield from (f"/{name}: {id!r} stands there twice" for id in set(ids) if ids.count(id) > 1)
    for n, each in enumerate(content["fridges"]):
        if each["low"] >= each["high"]:
            yield f"/fridges/{n}: low must be below high"
    if content["trace_code"]["product_digits"] >= content["trace_code"]["digits"]:
        yield "/trace_code/product_digits: more than the code has"
    known = {each.id for each in definitions.load("deadlines", "deadline")}
    for key, value in content["aefi_deadlines"].items():
        if value not in known:
            yield f"/aefi_deadlines/{key}: there is no deadline {value!r}"


def run_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """Work out one example: what an answer puts off and until when, or by when a reaction is reported."""
    found, given, expect = rule_of(definition), case["given"], case["expect"]
    answer: dict[str, object] = {}
    if "severity" in given:
        answer["deadline"] = rules.asked_deadline(Severity(given["severity"]), rule=found)
    if "answered" in given:
        off = rules.put_off(given["answered"], given["chosen"], rule=found, on=given["day"])
        answer["put_off"] = {
            id: [vaccines, until.isoformat() if until else None]
            for id, (vaccines, until) in off.items()
        }
    return "" if _plain(answer) == _plain(expect) else f"found {answer}"


def _plain(value: Any) -> Any:
    """As a file has it: sequences are lists, mappings dictionaries."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, tuple | list) else value


definitions.register_checker(ROOM, KIND, check_rule)
definitions.register_case_runner(ROOM, KIND, run_case)
