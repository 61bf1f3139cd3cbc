"""What more must hold of a kind of card, and how its worked examples are worked out."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from kangmai.forms.errors import AnswersRefused
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.kernel.errors import KangmaiError
from kangmai.programmes.monitoring import rules
from kangmai.programmes.monitoring.rulebook import KIND, ROOM, form_of, read_rule
from kangmai.programmes.monitoring.types import CardRule, Person


def check_kind(definition: Definition) -> Iterator[str]:
    """The form has every item that is named, its list has the codes of the definition, deadlines exist."""
    of = read_rule(definition)
    try:
        form = form_of(of.form, on=definition.effective_from)
    except definitions.UnknownDefinition as error:
        yield f"/form: {error}"
        return
    items = {each.link_id for each in form.leaves}
    asked = {each.item for each in of.answers} | {of.day_item, of.list_item}
    asked |= of.review.hides if of.review else set()
    yield from (
        f"/answers: the form {of.form} has no item {each!r}" for each in sorted(asked - items)
    )
    if of.list_item in items:
        options = {each.code for each in form.item(of.list_item).options}
        listed = {each.id for each in of.listed}
        yield from (
            f"/list: {each!r} stands in the form or the list alone"
            for each in sorted(options ^ listed)
        )
    known = {each.id for each in definitions.load("deadlines", "deadline")}
    limits = {of.deadline, *([of.review.deadline] if of.review else [])}
    yield from (f"/deadline: there is no deadline {each!r}" for each in sorted(limits - known))


def run_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """Work out one example: what is refused, or whether the card counts, is late and what it names."""
    of, given = read_rule(definition), case["given"]
    on = date.fromisoformat(str(case["day"]))
    answer = _answer(of, given, on)
    wrong = {
        key: answer.get(key)
        for key, expected in case["expect"].items()
        if answer.get(key) != (list(expected) if isinstance(expected, tuple) else expected)
    }
    return f"found {wrong}" if wrong else ""


def _answer(of: CardRule, given: Mapping[str, Any], on: date) -> dict[str, Any]:
    who = given["person"]
    person = Person("—", str(who["sex"]), date.fromisoformat(str(who["born"])), "")
    said = {name: _texts(value) for name, value in given["card"].items()}
    try:
        content = rules.read_content(of, said, person=person, version=None, on=on)
    except AnswersRefused as error:
        return {"refused": sorted({each.place for each in error.faults})}
    except KangmaiError as error:
        return {"refused": error.code, "words": error.message("en")}
    event = content.answers.day(of.day_item)
    assert event is not None
    return {
        "counted": of.counted.holds(rules.facts_of(of, content.answers)),
        "late": rules.is_late(of, event_on=event, on=on),
        "codes": rules.codes_of(of, content.answers),
        "kept": rules.kept_of(of, content.answers),
    }


def _texts(value: Any) -> str | tuple[str, ...]:
    if isinstance(value, list | tuple):
        return tuple(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


definitions.register_checker(ROOM, KIND, check_kind)
definitions.register_case_runner(ROOM, KIND, run_case)
