"""What more must hold of the rules of campaigns, and how their worked examples are worked out."""

from collections.abc import Iterator, Mapping
from typing import Any

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.programmes.campaigns import rules
from kangmai.programmes.campaigns.rulebook import KIND, ROOM, rule_of
from kangmai.programmes.immunization.rules import read_child, series_rows
from kangmai.programmes.vaccination.rules import course


def check_rule(definition: Definition) -> Iterator[str]:
    """Its series are of the schedule, its ages are in order, refusals stand once."""
    content = definition.content
    known = {each.id for each in definitions.load(ROOM, "immunization_series")}
    for position, id in enumerate(content["series"]):
        if id not in known:
            yield f"/series/{position}: there is no {ROOM}/immunization_series/{id}"
    target = content["target"]
    if target["from_years"] >= target["below_years"]:
        yield "/target/from_years: must be below `below_years`"
    ids = [each["id"] for each in content["refusals"]]
    yield from (f"/refusals: {id!r} stands there twice" for id in sorted(set(ids)) if ids.count(id) > 1)  # fmt: skip
    if content["clinic_refusal"] not in ids:
        yield f"/clinic_refusal: {content['clinic_refusal']!r} is not among `refusals`"


def run_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """Work out one example: the cohort of a campaign, or where a person is in its course on a day."""
    found, given, expect = rule_of(definition), case["given"], case["expect"]
    answer: dict[str, Any] = {}
    if "starts_on" in given:
        first, last = rules.cohort(found, starts_on=given["starts_on"], ends_on=given["ends_on"])
        answer |= {"born_from": first, "born_until": last}
    if "child" in given:
        answer |= _person(definition, given)
    shown = {name: answer.get(name) for name in expect}
    return "" if shown == dict(expect) else f"{case['name']['en']}: found {shown}"


def _person(definition: Definition, given: Mapping[str, Any]) -> dict[str, Any]:
    found, on = rule_of(definition), given["day"]
    line = {**given["child"], "birth_date": given["child"]["birth_date"].isoformat()}
    line["given"] = [{"vaccine": code, "date": day.isoformat()} for code, day in line["given"]]
    child = read_child(line, on=on.toordinal())
    rows = series_rows(child, found.series, on=on)
    state = course(rows, found.series, (), is_advised_only=found.is_advised_only, on=on)
    return {
        "need": rules.need_of(state).value,
        "vaccine": state.vaccine,
        "dose": state.dose,
        "given": state.given,
        "ready_on": rules.ready_on(found, state),
    }


definitions.register_checker(ROOM, KIND, check_rule)
definitions.register_case_runner(ROOM, KIND, run_case)
