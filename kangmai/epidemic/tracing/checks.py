"""What more must hold of the rules of contacts, and how their worked examples are worked out."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from kangmai.epidemic.tracing import rules
from kangmai.epidemic.tracing.rulebook import ROOM, edition_of
from kangmai.epidemic.tracing.types import Kind
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition


def check_edition(definition: Definition) -> Iterator[str]:
    """Tests after the end of their stage, kinds of venues that nobody knows, an edition written twice."""
    content = definition.content
    for kind in ("close", "secondary", "general"):
        for n, stage in enumerate(content[kind]["stages"]):
            if any(day > stage["days"] for day in stage["tests"]):
                yield f"/{kind}/stages/{n}/tests: a test after the last day of the stage"
        if content[kind]["is_followed"] != bool(content[kind]["stages"]):
            yield f"/{kind}: who is followed has stages, who is not has none"
    known = {
        each["id"]
        for venues in definitions.load(ROOM, "venue_rule")
        for each in venues.content["kinds"]
    }
    for each in content["scan"]["close_kinds"]:
        if each not in known:
            yield f"/scan/close_kinds: there is no kind of venue {each!r}"
    if content["edition"] != definition.id:
        yield "/edition: must be the id"


def check_rule(definition: Definition) -> Iterator[str]:
    """Clocks without a definition."""
    known = {each.id for each in definitions.load("deadlines", "deadline")}
    for name, id in definition.content["clocks"].items():
        if id not in known:
            yield f"/clocks/{name}: there is no deadline {id!r}"


def run_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """Work out one example: until when somebody is followed, and when tests are due."""
    given, expected = case["given"], case["expect"]
    found = rules.plan(
        edition_of(definition),
        Kind(given["kind"]),
        last_exposure_on=_day(given["last_exposure_on"]),
        determined_on=_day(given["determined_on"]),
    )
    if found is None:
        return "" if expected.get("until") is None else "nobody is followed"
    worked = (found.until, found.tests)
    wanted = (_day(expected["until"]), tuple(map(_day, expected["tests"])))
    return "" if worked == wanted else f"expected {wanted}, found {worked}"


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


definitions.register_checker(ROOM, "tracing_edition", lambda each: list(check_edition(each)))
definitions.register_checker(ROOM, "tracing_rule", lambda each: list(check_rule(each)))
definitions.register_case_runner(ROOM, "tracing_edition", run_case)
