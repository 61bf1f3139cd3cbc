"""What more must hold of the watchdog's definition, and how its worked examples are worked out."""

from collections.abc import Iterator, Mapping
from typing import Any

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.programmes.engine import rules as engine
from kangmai.programmes.watchdog.binomial import preferred_digits, upper_tail, within_budget
from kangmai.programmes.watchdog.rulebook import KIND, ROOM, rule_of
from kangmai.programmes.watchdog.types import Detector

LIMITS: Mapping[str, frozenset[str]] = {
    "digits": frozenset({"least", "least_share"}),
    "same_again": frozenset({"least", "least_share"}),
    "same_as_next": frozenset({"least", "least_share"}),
    "pace": frozenset({"people", "hours", "people_a_day"}),
    "shared_phone": frozenset({"people"}),
    "after_death": frozenset({"least"}),
    "in_hospital": frozenset({"least", "longest_days"}),
    "impossible_change": frozenset({"least"}),
    "at_night": frozenset({"least", "share", "from_hour", "until_hour"}),
    "last_days": frozenset({"least", "share", "days"}),
    "incomplete": frozenset({"least", "share"}),
}
"""The limits that each detector reads."""


def check_rule(definition: Definition) -> list[str]:
    """Detectors named twice, limits missing or unknown, values that no programme keeps."""
    ids = [each["id"] for each in definition.content["detectors"]]
    faults = [f"/detectors: {id!r} stands there twice" for id in set(ids) if ids.count(id) > 1]
    kept = {programme: _kept(programme) for programme in _programmes()}
    for position, detector in enumerate(rule_of(definition).detectors.values()):
        faults += [f"/detectors/{position}/{fault}" for fault in _faults(detector, kept)]
    return faults


def _faults(detector: Detector, kept: Mapping[str, frozenset[str]]) -> Iterator[str]:
    wanted = LIMITS[detector.id]
    for name in sorted(wanted ^ detector.limits.keys()):
        yield f"limits: {name!r} is {'missing' if name in wanted else 'not read here'}"
    everywhere = frozenset().union(*kept.values())
    named = [each.measure for each in detector.digits]
    named += [each.measure for each in detector.changes]
    for measure in named:
        if measure not in everywhere:
            yield f"digits or changes: no programme keeps {measure!r}"
    for each in detector.compared:
        for measure in set(each.measures) - kept.get(each.programme, frozenset()):
            yield f"compared: the programme {each.programme!r} keeps no {measure!r}"


def _programmes() -> frozenset[str]:
    return frozenset(each.id for each in definitions.load(ROOM, "programme"))


def _kept(programme: str) -> frozenset[str]:
    return frozenset(engine.kept_measures(programme))


def run_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """Work out one example of an exact test."""
    given, rule = case["given"], rule_of(definition)
    detector = rule.detectors[given["detector"]]
    answer: dict[str, Any] = {}
    if detector.digits:
        _, hits, share, chance = preferred_digits(dict(enumerate(given["counts"])))
        answer = {"hits": hits, "share": share}
    else:
        (found,) = (each for each in detector.compared if each.programme == given["programme"])
        chance = upper_tail(given["hits"], given["tries"], float(found.chance))
    tests = [chance] + [1.0] * (given.get("tests", 1) - 1)
    answer["is_surprising"] = within_budget(tests, float(rule.budget))[0]
    wrong = {key: answer[key] for key in case["expect"] if answer[key] != case["expect"][key]}
    return f"found {wrong}" if wrong else ""


definitions.register_checker(ROOM, KIND, check_rule)
definitions.register_case_runner(ROOM, KIND, run_case)
