"""What must hold of programmes and their rules beyond their shape, and how worked cases are worked.

Importing this module registers both with the loader of definitions.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from kangmai.analytics.facts.condition import Condition, condition
from kangmai.analytics.facts.errors import ConditionIncorrect
from kangmai.analytics.facts.types import FactType, Value, Vocabulary
from kangmai.forms.rules import written_items
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition, register_case_runner, register_checker
from kangmai.programmes.engine.deciding import decide, empty_facts
from kangmai.programmes.engine.definition.reading import (
    DECISION,
    PROGRAMME,
    Read,
    answers_of,
    kept_facts,
    read_programme,
    read_rule_set,
)
from kangmai.programmes.engine.definition.words import (
    FACTS,
    ROOM,
    growth_words,
    visit_columns,
    visit_words,
)
from kangmai.programmes.engine.types import Decision
from kangmai.standards.units import ucum_code

_ANYTHING = "today is not missing"


def _faults_of(read: Callable[[Definition, Read], object], definition: Definition) -> Iterator[str]:
    """What is wrong with the conditions of a definition, each with its path."""
    found: list[str] = []

    def noting(place: str, text: str, words: Vocabulary) -> Condition:
        try:
            return condition(text, words)
        except ConditionIncorrect as error:
            found.append(f"{place}: {error}")
            return condition(_ANYTHING, words)

    try:
        read(definition, noting)
    except ConditionIncorrect as error:
        found = found or [str(error)]
    yield from found


def check_facts(definition: Definition) -> Iterator[str]:
    """Numbers have a unit that is known, and no name stands twice."""
    seen = set()
    for position, content in enumerate(definition.content["facts"]):
        here = f"/facts/{position}"
        if content["name"] in seen:
            yield f"{here}/name: {content['name']!r} stands twice"
        seen.add(content["name"])
        yield from _unit_faults(content, here)


def _unit_faults(content: Mapping[str, Any], here: str) -> Iterator[str]:
    is_number = content["type"] == FactType.NUMBER
    if is_number and "unit" not in content:
        yield f"{here}: a number needs its unit (UCUM; '1' for a count)"
    elif is_number and content["unit"] != "1" and ucum_code(content["unit"]) != content["unit"]:
        yield f"{here}/unit: {content['unit']!r} is no UCUM unit that is known here"
    elif not is_number and "unit" in content:
        yield f"{here}/unit: only numbers have a unit"


def _carried_faults(answer: Mapping[str, Any], here: str) -> Iterator[str]:
    """Only codes of the answer are carried, and what is carried is kept with the visit."""
    if "carried" not in answer:
        return
    if not answer.get("keep"):
        yield f"{here}/carried: what is carried must be kept with the visit"
    unknown = set(answer["carried"]["codes"]) - set(answer.get("codes", ()))
    if unknown:
        yield f"{here}/carried/codes: {sorted(unknown)} are no codes of the answer"


def _form_faults(answer: Mapping[str, Any], form_id: str, here: str) -> Iterator[str]:
    """What is read from a form must be asked there, and a number must be meant in the form's own unit."""
    forms = [each for each in definitions.load("forms", "form") if each.id == form_id]
    items = [each for form in forms for each in _items(item for _path, item in written_items(form))]
    asked = [each for each in items if each["link_id"] == answer["item"]]
    if not asked:
        yield f"{here}/item: no version of the form {form_id!r} asks for {answer['item']!r}"
    if answer["type"] != FactType.NUMBER:
        return
    # a count says in braces what it counts: it has no dimension
    units = {each["unit"]["code"] for each in asked if "unit" in each}
    measured = {unit for unit in units if not unit.startswith("{")}
    for unit in sorted(measured - {answer.get("unit")}):
        yield f"{here}/unit: the form {form_id!r} asks for {answer['item']!r} in {unit}"


def _items(content: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The items of a form and those inside its groups."""
    for each in content:
        yield each
        yield from _items(each.get("items", ()))


def check_programme(definition: Definition) -> Iterator[str]:
    """Conditions are correct, units known, ids single, schedules whole, decision rules there."""
    content = definition.content
    yield from _service_faults(content)
    yield from _deadline_faults(content)
    for position, service in enumerate(content["services"]):
        for name, answer in service.get("answers", {}).items():
            here = f"/services/{position}/answers/{name}"
            yield from _unit_faults(answer, here)
            yield from _form_faults(answer, service["form"], here)
            yield from _carried_faults(answer, here)
    yield from _by_rule_faults(content)
    reasons = [each["id"] for each in content["closing_reasons"]]
    for needed in ("died", "merged"):
        if needed not in reasons:
            yield f"/closing_reasons: {needed!r} is missing"
    # the rules are read after the programme, so here only their file is looked for
    if not any((definitions.FOLDER / ROOM / DECISION).glob(f"{content['decision']}[.@]*")):
        yield f"/decision: there is no {ROOM}/{DECISION}/{content['decision']}"
    yield from _faults_of(read_programme, definition)


def _by_rule_faults(content: Mapping[str, Any]) -> Iterator[str]:
    """What the night looks at must be said, and a programme of anchors takes nobody in by itself."""
    enrolment = content["enrolment"]
    if "by_rule" not in enrolment:
        return
    looks_at = enrolment["by_rule"]["looks_at"]
    if "rule" not in enrolment["ways"]:
        yield "/enrolment/by_rule: 'rule' is none of the ways"
    if looks_at == "diagnoses" and not content.get("suspicion", {}).get("diagnoses", {}).get(
        "codes"
    ):
        yield "/enrolment/by_rule: looks at diagnoses, but /suspicion/diagnoses/codes names none"
    if looks_at == "population" and content["anchors"]:
        yield "/enrolment/by_rule: whoever is taken in by the night has no days for the anchors"


def _service_faults(content: Mapping[str, Any]) -> Iterator[str]:
    seen = set()
    named = {each["id"] for each in content["anchors"]}
    anchors = {"enrolment", "birth", *named}
    for position, service in enumerate(content["services"]):
        here, schedule = f"/services/{position}", service["schedule"]
        if service["id"] in seen:
            yield f"{here}/id: {service['id']!r} stands twice"
        seen.add(service["id"])
        if schedule.get("anchor", "enrolment") not in anchors:
            yield f"{here}/schedule/anchor: no anchor {schedule['anchor']!r}"
        if "ends_at" in schedule and schedule["ends_at"] not in named:
            yield f"{here}/schedule/ends_at: no anchor {schedule['ends_at']!r}"
        for name in set(service.get("sets", ())) - named:
            yield f"{here}/sets: no anchor {name!r}"
        yield from _headline_faults(service, here)
        needed = {"by_decision": ("first",), "repeat": ("first", "every")}
        for name in needed.get(schedule["kind"], ("occasions",)):
            if name not in schedule:
                yield f"{here}/schedule: {schedule['kind']} needs {name!r}"
        if schedule["kind"] == "by_decision" and not service.get("decides"):
            yield f"{here}/schedule: by_decision needs 'decides: true'"


def _headline_faults(service: Mapping[str, Any], here: str) -> Iterator[str]:
    answers = service.get("answers", {})
    kept = {name for name, answer in answers.items() if answer.get("keep")}
    if "growth" in service:
        kept |= {fact.name for fact in growth_words()}
    for measure, fact in service.get("growth", {}).items():
        if fact not in answers:
            yield f"{here}/growth/{measure}: the service has no answer {fact!r}"
    for position, words in enumerate(service.get("headline", ())):
        yield from _word_faults(words, kept, f"{here}/headline/{position}")


def _deadline_faults(content: Mapping[str, Any]) -> Iterator[str]:
    known = {each.id for each in definitions.load("deadlines", "deadline")}
    days = {"enrolment", *(each["id"] for each in content["anchors"])}
    services = {each["id"] for each in content["services"]}
    for position, each in enumerate(content.get("deadlines", ())):
        here = f"/deadlines/{position}"
        if each["definition"] not in known:
            yield f"{here}/definition: there is no deadline {each['definition']!r}"
        if each["since"] not in days:
            yield f"{here}/since: no anchor {each['since']!r}"
        if each["met_by"] not in services:
            yield f"{here}/met_by: no service {each['met_by']!r}"


def check_decision(definition: Definition) -> Iterator[str]:
    """Conditions are correct, classes known, the last rule holds for whatever is left, words name facts."""
    content = definition.content
    if content["programme"] not in {each.id for each in definitions.load(ROOM, PROGRAMME)}:
        yield f"/programme: there is no {ROOM}/{PROGRAMME}/{content['programme']}"
    classes = {each["id"] for each in content["classes"]}
    known = {*visit_words(answers_of(content["programme"])).facts}
    for position, rule in enumerate(content["rules"]):
        here = f"/rules/{position}"
        if rule["class"] not in classes:
            yield f"{here}/class: {rule['class']!r} is none of the classes"
        if "when" not in rule and position + 1 < len(content["rules"]):
            yield f"{here}: a rule without 'when' must be the last"
        is_first = all(each.get("alarm") for each in content["rules"][:position])
        if rule.get("alarm") and not ("when" in rule and is_first):
            yield f"{here}/alarm: rules that alarm have a 'when' and stand before all others"
        yield from _word_faults(rule["reason"], known, f"{here}/reason")
    if "when" in content["rules"][-1]:
        yield "/rules: the last rule must be for everything left, without 'when'"
    yield from _opening_faults(content)
    faults = list(_faults_of(read_rule_set, definition))
    yield from faults or _target_faults(definition)


def _opening_faults(content: Mapping[str, Any]) -> Iterator[str]:
    """What a class opens is there, knows the anchors, and stands under the same label."""
    there = {each.id: each.content for each in definitions.load(ROOM, PROGRAMME)}
    own = there.get(content["programme"], {}).get("label")
    for position, each in enumerate(content["classes"]):
        here = f"/classes/{position}/opens"
        if not (opens := each.get("opens")):
            continue
        further = there.get(opens["programme"])
        if further is None:
            yield f"{here}/programme: there is no programme {opens['programme']!r}"
            continue
        if further.get("label") != own:
            yield f"{here}/programme: {opens['programme']!r} stands under another label"
        for name in set(opens["anchors"]) - {anchor["id"] for anchor in further["anchors"]}:
            yield f"{here}/anchors: no anchor {name!r} of {opens['programme']!r}"


def _target_faults(definition: Definition) -> Iterator[str]:
    """The target is compared on the rows of visits, so its facts must stand there."""
    rules = read_rule_set(definition)
    if rules.target is None:
        return
    try:
        rules.target.sql(visit_columns(kept_facts(rules.programme)))
    except KeyError as error:
        yield f"/target: {error} is not kept with visits (keep: true), so targets cannot be compared"


def _word_faults(words: Mapping[str, str], known: set[str], here: str) -> Iterator[str]:
    for language, text in words.items():
        try:
            text.format_map(dict.fromkeys(known, ""))
        except (KeyError, ValueError) as error:
            yield f"{here}/{language}: no fact {error} to fill in"


def run_decision_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """What is wrong with a worked case, or nothing.

    A case: `name` {zh, en}; `given`: facts of the visit (`visited_on` may stand in `day`); `day`;
    `expect`: any of rule, class, target_met, next_on, next_days, refer (urgency), deadline, alarm, also.
    """
    rules = read_rule_set(definition)
    facts: dict[str, Value] = {**empty_facts(rules.programme), "visited_on": case["day"]}
    facts |= {name: _value(value) for name, value in case["given"].items()}
    found = _plain(decide(rules, facts, overdue_after_days=14))
    wrong = [
        f"{name} {found.get(name)!r} instead of {value!r}"
        for name, value in case["expect"].items()
        if found.get(name) != value
    ]
    return f"{case['name']['en']}: {', '.join(wrong)}" if wrong else ""


def _value(value: Any) -> Value:
    return Decimal(str(value)) if isinstance(value, float) else value


def _plain(decision: Decision) -> dict[str, bool | str | int | date | tuple[str, ...] | None]:
    return {
        "rule": decision.rule,
        "class": decision.outcome,
        "target_met": decision.target_met,
        "next_on": decision.next_on,
        "next_days": decision.next_days,
        "refer": decision.refer.urgency if decision.refer else None,
        "deadline": decision.deadline,
        "alarm": decision.is_alarm,
        "also": tuple(reason.rule for reason in decision.reasons[1:]),
    }


register_checker(ROOM, FACTS, check_facts)
register_checker(ROOM, PROGRAMME, check_programme)
register_checker(ROOM, DECISION, check_decision)
register_case_runner(ROOM, DECISION, run_decision_case)
