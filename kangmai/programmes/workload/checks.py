"""What more must hold of the rules of work and pay, and how their worked cases are worked out."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.programmes.workload import rules
from kangmai.programmes.workload.rulebook import KIND, ROOM, rule_of
from kangmai.programmes.workload.types import Quarter, Rule, Verdict


def check_rule(definition: Definition) -> list[str]:
    """Items named twice, services that no programme has, quarters that are not a year, a sample upside down."""
    return list(_faults(definition.content))


def _faults(content: Mapping[str, Any]) -> Iterator[str]:
    services = {
        (each.id, service["id"])
        for each in definitions.load(ROOM, "programme")
        for service in each.content["services"]
    }
    ids = [each["id"] for each in content["items"]]
    yield from (
        f"/items: {id!r} stands there twice" for id in sorted(set(ids)) if ids.count(id) > 1
    )
    for position, item in enumerate(content["items"]):
        if (item["programme"], item["service"]) not in services:
            yield f"/items/{position}: the programme {item['programme']!r} has no service {item['service']!r}"
    if sum(content["fund"]["quarter_percent"]) != 100:
        yield "/fund/quarter_percent: the four must come to 100"
    if content["sampling"]["least"] > content["sampling"]["most"]:
        yield "/sampling: 'least' must not be above 'most'"


def run_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """What is wrong with a worked case: of a quarter's pay, of the size of a sample, or of what it says."""
    rule = rule_of(definition)
    found = _worked(rule, case)
    wrong = [
        f"{name} {found.get(name)!r} instead of {value!r}"
        for name, value in case["expect"].items()
        if found.get(name) != value
    ]
    return f"{case['name']['en']}: {', '.join(wrong)}" if wrong else ""


def _worked(rule: Rule, case: Mapping[str, Any]) -> dict[str, Any]:
    given = case["given"]
    if "frame" in given:
        return {"size": rules.sample_size(given["frame"], rule=rule)}
    if "verdicts" in given:
        verdicts = [Verdict(name) for name, n in given["verdicts"].items() for _ in range(n)]
        return {"share_untrue": str(rules.share_untrue(verdicts, rule=rule))}
    return _paid(rule, case)


def _paid(rule: Rule, case: Mapping[str, Any]) -> dict[str, Any]:
    given = case["given"]
    fund = rules.fund_of(Quarter(case["year"], case["quarter"]), given["residents"], rule=rule)
    if fund is None:
        return {"fund": None}
    pay = rules.pay_of(
        rules.points_of(given["counted"], rule=rule),
        town_points=Decimal(given["all_points"]),
        fund=fund,
        share_untrue=Decimal(str(given["share_untrue"])),
    )
    return {
        "points": int(pay.points),
        "fund": str(fund.yuan),
        "worth": None if pay.worth is None else str(pay.worth),
        "paid_points": str(pay.paid_points),
        "amount": None if pay.amount is None else str(pay.amount),
        "provisional": fund.is_provisional,
    }


definitions.register_checker(ROOM, KIND, check_rule)
definitions.register_case_runner(ROOM, KIND, run_case)
