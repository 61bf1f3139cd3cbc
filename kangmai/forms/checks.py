"""What must hold of forms beyond their shape, and how their cases are worked.

Importing this module registers both with the loader of definitions.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from kangmai.forms.definition import KIND, ROOM, read_form, written_items
from kangmai.forms.fhir import About, to_observations, to_questionnaire, to_response
from kangmai.forms.itemchecks import find_item_faults
from kangmai.forms.rules.expressions import OTHER_VARIABLES, variables_of
from kangmai.forms.rules.reading import read_answers
from kangmai.forms.rules.spelling import written
from kangmai.forms.rules.writing import confirmation_token
from kangmai.forms.types import (
    NUMBERS,
    Answers,
    Choice,
    Form,
    Item,
    ItemKind,
    Reading,
    Subject,
    Value,
)
from kangmai.kernel.definitions import Definition, register_case_runner, register_checker
from kangmai.kernel.errors import KangmaiError
from kangmai.records.fhirpath import compile_expression
from kangmai.records.validation import validate

RESERVED = frozenset(
    {*OTHER_VARIABLES, "resource", "rootResource", "context", "ucum", "sct", "loinc"}
)
GROWN = Subject(date(1956, 3, 1), "1")


def check_form(definition: Definition) -> Iterator[str]:
    """Items are sound, refer to what exists, calculate without error, and give valid FHIR."""
    try:
        form = read_form(definition)
    except KangmaiError as error:
        yield f"/items: {error}"
        return
    found = [*_name_faults(definition, form), *find_item_faults(definition, form)]
    found = found or list(_expression_faults(form))
    yield from found or _resource_faults(form)


def _name_faults(definition: Definition, form: Form) -> Iterator[str]:
    times = Counter(_link_ids(each for _path, each in written_items(definition)))
    for link_id, count in times.items():
        if count > 1:
            yield f"/items: the link id {link_id!r} stands {count} times"
        if link_id in RESERVED:
            yield f"/items: the link id {link_id!r} is the name of another variable"
    item = form.by_link_id.get(form.effective_item)
    is_asked = item is not None and item.is_required and not item.enable_when
    if item is None or item.kind is not ItemKind.DATE or not is_asked:
        yield "/effective_item: is not a date that is always asked and required"
    ids = Counter(each.id for each in form.constraints)
    for position, constraint in enumerate(form.constraints):
        if ids[constraint.id] > 1 or constraint.id in form.by_link_id:
            yield f"/constraints/{position}: the id {constraint.id!r} stands twice"
        for link_id in constraint.items:
            if link_id not in {each.link_id for each in form.walk() if each.is_answered}:
                yield f"/constraints/{position}/items: {link_id!r} is no item that is answered once"


def _link_ids(items: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for item in items:
        yield item["link_id"]
        yield from _link_ids(item.get("items", ()))


def _expression_faults(form: Form) -> Iterator[str]:
    """Each expression is evaluated with every answer given and with none."""
    texts = {f"/constraints: {each.id}": each.expression for each in form.constraints}
    for item in form.walk():
        texts[f"/items: {item.link_id} (calculate)"] = item.calculate
        texts[f"/items: {item.link_id} (required_when)"] = item.required_when
    for place, text in texts.items():
        for answers in (sample(form), Answers()):
            variables = variables_of(
                form, answers.values, answers.rows, subject=GROWN, on=form.version
            )
            try:
                if text:
                    compile_expression(text).evaluate(
                        {"resourceType": "QuestionnaireResponse"}, variables=variables
                    )
            except KangmaiError as error:
                yield f"{place}: {error}"
                break


def sample(form: Form) -> Answers:
    """An answer to everything, of no meaning: it shows what a form can hold."""
    values: dict[str, Value | tuple[Choice, ...]] = {}
    for item in form.walk():
        if item.is_answered:
            value = _sample(item, form.version)
            if item.kind is ItemKind.MULTIPLE_CHOICE and isinstance(value, Choice):
                values[item.link_id] = (value,)
            else:
                values[item.link_id] = value
    rows = {
        group.link_id: ({item.link_id: _sample(item, form.version) for item in group.items},)
        for group in form.walk()
        if group.is_repeating
    }
    return Answers(values, rows)


def _sample(item: Item, day: date) -> Value:
    if item.kind in NUMBERS:
        low, high = item.refuse.low, item.refuse.high
        value = next((each for each in (low, high) if isinstance(each, Decimal)), Decimal(1))
        return int(value) if item.kind is ItemKind.INTEGER else value
    if item.options:
        return Choice(item.options[0].code)
    others: dict[ItemKind, Value] = {ItemKind.BOOLEAN: True, ItemKind.DATE: day}
    return others.get(item.kind, "x")


def _resource_faults(form: Form) -> Iterator[str]:
    about = About("Patient/1", {"display": "x"}, datetime(2020, 1, 1, tzinfo=UTC))
    answers = sample(form)
    made = [
        to_questionnaire(form),
        to_response(form, answers, about=about),
        *to_observations(
            form,
            answers,
            about=about,
            effective_on=form.version,
            response="QuestionnaireResponse/1",
        ).values(),
    ]
    for resource in made:
        for issue in validate(_plain(resource)):
            if issue.is_error:
                yield f"/items: as {resource['resourceType']}, {issue.expression}: {issue.message}"


def _plain(value: Any) -> Any:
    """JSON as the validator reads it: decimals as floats."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return float(value) if isinstance(value, Decimal) else value


def run_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """What a worked example and the form do not agree on; nothing where they agree."""
    form = read_form(definition)
    resident = case.get("resident", {})
    subject = Subject(
        resident.get("born", GROWN.birth_date),
        resident.get("sex", GROWN.sex_code),
        resident.get("died"),
    )
    given = {place: _given(value) for place, value in case["given"].items()}
    reading = read_answers(form, given, subject=subject, on=case["day"])
    return "; ".join(_disagreements(form, reading, case["expect"]))


def _given(value: Any) -> str | tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple) else str(value)


def _disagreements(form: Form, reading: Reading, expect: Mapping[str, Any]) -> Iterator[str]:
    faults = sorted(f"{fault.place} {fault.kind.value}" for fault in reading.faults)
    wanted = sorted(expect.get("faults", ()))
    if faults != wanted:
        yield f"faults are {faults}, not {wanted}"
    for link_id, text in expect.get("answers", {}).items():
        found = confirmation_token(reading.answers, (link_id,))
        if found != str(text):
            yield f"{link_id} is {found!r}, not {str(text)!r}"
    for link_id in expect.get("unanswered", ()):
        if link_id in reading.answers.values:
            yield f"{link_id} is answered"
    if "observations" in expect:
        yield from _observation_disagreements(form, reading, expect["observations"])


def _observation_disagreements(
    form: Form, reading: Reading, wanted: Mapping[str, Any]
) -> Iterator[str]:
    """Codes with values, of the components too, against those of the example."""
    about = About("Patient/1", {"display": "x"}, datetime(2020, 1, 1, tzinfo=UTC))
    made = to_observations(
        form,
        reading.answers,
        about=about,
        effective_on=form.version,
        response="QuestionnaireResponse/1",
    )
    found = {
        part["code"]["coding"][0]["code"]: written(part["valueQuantity"]["value"])
        for resource in made.values()
        for part in (resource, *resource.get("component", ()))
        if "valueQuantity" in part
    }
    expected = {code: str(value) for code, value in wanted.items()}
    if found != expected:
        yield f"observations are {found}, not {expected}"


register_checker(ROOM, KIND, check_form)
register_case_runner(ROOM, KIND, run_case)
