"""What more must hold of kinds of service points, and how their worked cases are worked out."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from kangmai.analytics.facts.errors import ConditionIncorrect
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.programmes.points import rules
from kangmai.programmes.points.rulebook import KIND, ROOM, kind_of
from kangmai.programmes.points.types import Value
from kangmai.registry.types import OrganizationKind, PlaceKind


def check_kind(definition: Definition) -> list[str]:
    """Ids twice, numbers reckoned from nothing, kinds nobody knows, conditions that cannot be read."""
    faults = list(_faults(definition.content))
    if faults:
        return faults
    try:
        kind_of(definition)
    except ConditionIncorrect as error:
        return [f"/requirements: {error}"]
    return []


def _faults(content: Mapping[str, Any]) -> Iterator[str]:
    fields = {each["id"]: each["type"] for each in content["fields"]}
    reckoned = {each["id"] for each in content.get("reckoned", ())}
    for part in ("fields", "reckoned", "requirements", "inspection", "coverage"):
        ids = [each["id"] for each in content.get(part, ())]
        yield from (f"/{part}: {id!r} stands there twice" for id in ids if ids.count(id) > 1)
    yield from (f"/reckoned: {id!r} is a field" for id in reckoned & set(fields))
    for n, each in enumerate(content["fields"]):
        if (each["type"] in ("choice", "codes")) != ("choices" in each):
            yield f"/fields/{n}: choices belong to fields of codes, and only to them"
        if "within" in each and {each["type"], fields.get(each["within"])} != {"integer"}:
            yield f"/fields/{n}: a number lies within a number, and there is no {each['within']!r}"
    for n, each in enumerate(content.get("reckoned", ())):
        named = (*each.get("percent", ()), *each.get("sum", ()), *each.get("heads", ()))
        wrong = [id for id in named if fields.get(id) != "integer"]
        yield from (f"/reckoned/{n}: there is no number {id!r}" for id in wrong)
    for part in ("size", "used"):
        if part in content and content[part] not in reckoned and fields.get(content[part]) != "integer":  # fmt: skip
            yield f"/{part}: there is no number {content[part]!r}"
    if "per_1000" in content and "size" not in content:
        yield "/per_1000: needs a size"
    yield from _unknown_kinds(content)


def _unknown_kinds(content: Mapping[str, Any]) -> Iterator[str]:
    institutions, places = {e.value for e in OrganizationKind}, {e.value for e in PlaceKind}
    of = content["holder"]["of"]
    known = {"institution": institutions, "place": places, "none": set()}[of]
    if (of == "none") == ("kinds" in content["holder"]):
        yield "/holder: kinds belong to institutions and places"
    named = {"/holder/kinds": content["holder"].get("kinds", ())}
    named |= {f"/coverage/{n}/kinds": e["kinds"] for n, e in enumerate(content.get("coverage", ()))}
    named |= {f"/requirements/{n}/of": e.get("of", ()) for n, e in enumerate(content["requirements"])}  # fmt: skip
    for where, some in named.items():
        yield from (f"{where}: there is no kind {each!r}" for each in some if each not in known)
    partners = content.get("partner", {}).get("kinds", ())
    yield from (f"/partner/kinds: there is no kind {e!r}" for e in partners if e not in institutions)  # fmt: skip


def run_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """What is wrong with a worked case: what a point lacks, and the numbers reckoned of it."""
    kind = kind_of(definition)
    values = {id: _plain(value) for id, value in case["given"].items()}
    day = definition.effective_from
    found = rules.judge(kind, values, holder_kind=case.get("kind", ""), on=day)
    expect = case["expect"]
    if found.is_able != expect["able"] or list(found.lacks) != list(expect.get("lacks", ())):
        return f"{case['name']['en']}: lacks {list(found.lacks)}"
    for id, value in expect.get("reckoned", {}).items():
        got = found.reckoned[id]
        if (None if got is None else float(got)) != (None if value is None else float(value)):
            return f"{case['name']['en']}: {id} is {got}"
    return ""


def _plain(value: Any) -> Value:
    """A value as JSON keeps it: days as text, several codes as a list."""
    if isinstance(value, int):
        return value
    return str(value) if isinstance(value, date | str) else list(value)


definitions.register_checker(ROOM, KIND, check_kind)
definitions.register_case_runner(ROOM, KIND, run_case)
