"""What more must hold of packages and of the rule of contracts, and how their worked cases are worked out."""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.programmes.contracts import rules
from kangmai.programmes.contracts.errors import TooEarly
from kangmai.programmes.contracts.rulebook import PACKAGE, ROOM, RULE, package_of, rule_of


def check_package(definition: Definition) -> Iterator[str]:
    """Items stand once; visits are of programmes and services that there are; one need not choose what is always."""
    content = definition.content
    ids = [each["id"] for each in content["items"]]
    yield from (
        f"/items: {id!r} stands there twice" for id in sorted(set(ids)) if ids.count(id) > 1
    )
    if content["paid"] and content.get("always"):
        yield "/always: what is paid for is agreed each time"
    known = _services()
    named = {
        name.partition(".")[::2] for each in content["items"] for name in each.get("visits", ())
    }
    named |= {(each, "*") for each in content.get("suits", {}).get("programmes", ())}
    for programme, service in sorted(named):
        if programme not in known:
            yield f"there is no programme {programme!r}"
        elif service != "*" and service not in known[programme]:
            yield f"programme {programme!r} has no service {service!r}"


def check_rule(definition: Definition) -> Iterator[str]:
    """Groups name programmes that there are."""
    known = _services()
    for each in definition.content["priority"]:
        if each["programme"] not in known:
            yield f"/priority: there is no programme {each['programme']!r}"


def _services() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for each in definitions.load(ROOM, "programme"):
        found.setdefault(each.id, set()).update(one["id"] for one in each.content["services"])
    return found


def run_package_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """Work out one example: to whom it is proposed, or what is left to do of it."""
    package, given = package_of(definition), case["given"]
    answer: dict[str, object] = {}
    if "suits" in case["expect"]:
        programmes = frozenset(given.get("programmes", ()))
        answer["suits"] = rules.suits(package, programmes=programmes, age=given.get("age"))
    if "open" in case["expect"]:
        counts = {(package.id, item): n for item, n in given["done"].items()}
        found = rules.counted_items([package], counts)
        answer["open"] = [each.item.id for each in found if each.is_open]
    return "" if answer == _plain(case["expect"]) else f"found {answer}"


def _plain(expected: Mapping[str, Any]) -> dict[str, object]:
    return {name: list(v) if isinstance(v, (list, tuple)) else v for name, v in expected.items()}


def run_rule_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """Work out one example: the last day of a contract, or whether it may be renewed on a day."""
    of, given = rule_of(definition), case["given"]
    ends_on = rules.last_day(_day(given["begins_on"]), given["years"])
    answer: dict[str, object] = {"ends_on": ends_on.isoformat()}
    if "renewed_on" in given:
        try:
            rules.require_renewable(ends_on, of, on=_day(given["renewed_on"]))
            answer["renewable"] = True
        except TooEarly:
            answer["renewable"] = False
    expected = {name: v if isinstance(v, bool) else str(v) for name, v in case["expect"].items()}
    return "" if answer == expected else f"found {answer}"


def _day(value: object) -> datetime.date:
    return datetime.date.fromisoformat(str(value))


definitions.register_checker(ROOM, PACKAGE, check_package)
definitions.register_checker(ROOM, RULE, check_rule)
definitions.register_case_runner(ROOM, PACKAGE, run_package_case)
definitions.register_case_runner(ROOM, RULE, run_rule_case)
