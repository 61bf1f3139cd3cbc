"""Answers back into inputs, and what differs between two versions of them."""

from collections.abc import Iterator

from kangmai.forms.rules.spelling import written
from kangmai.forms.types import Answers, Change, Choice, Form, Item, Unit, Value, Words

NOTHING: Words = {"zh": "未填", "en": "not answered"}
_YES_NO: dict[bool, Words] = {
    True: {"zh": "是", "en": "yes"},
    False: {"zh": "否", "en": "no"},
}


def given_of(form: Form, answers: Answers) -> dict[str, str | tuple[str, ...]]:
    """What a page would send to give these answers; calculated ones are left to be calculated."""
    given: dict[str, str | tuple[str, ...]] = {}
    for link_id, value in answers.values.items():
        if not form.item(link_id).calculate:
            given |= inputs_of(link_id, value)
    for group, rows in answers.rows.items():
        for number, row in enumerate(rows):
            for link_id, value in row.items():
                given |= inputs_of(f"{group}.{number}.{link_id}", value)
    return given | {
        f"confirm.{name}": _confirmation(form, answers, name) for name in answers.confirmed
    }


def calculated_texts(form: Form, answers: Answers) -> dict[str, str]:
    """Link id → the calculated answer as text."""
    return {
        link_id: written(value)
        for link_id, value in answers.values.items()
        if form.item(link_id).calculate and not isinstance(value, tuple)
    }


def inputs_of(place: str, value: Value | tuple[Choice, ...]) -> dict[str, str | tuple[str, ...]]:
    """What a page sends for one answer."""
    if isinstance(value, tuple):
        return {place: tuple(each.code for each in value)}
    if isinstance(value, Choice) and not value.code:
        return {f"{place}.other": value.text}
    return {place: written(value)}


def _confirmation(form: Form, answers: Answers, name: str) -> str:
    for constraint in form.constraints:
        if constraint.id == name:
            return confirmation_token(answers, constraint.items)
    value = _at(answers, name)
    return "" if value is None or isinstance(value, tuple) else written(value)


def confirmation_token(answers: Answers, items: tuple[str, ...]) -> str:
    """The text by which the answers to several items are recognised when they are confirmed."""
    return "|".join(_token(answers.values.get(link_id)) for link_id in items)


def _token(value: Value | tuple[Choice, ...] | None) -> str:
    if isinstance(value, tuple):
        return ",".join(sorted(each.code for each in value))
    return "" if value is None else written(value)


def _at(answers: Answers, place: str) -> Value | tuple[Choice, ...] | None:
    if "." not in place:
        return answers.values.get(place)
    group, number, link_id = place.split(".")
    rows = answers.rows.get(group, ())
    return rows[int(number)].get(link_id) if int(number) < len(rows) else None


def changes_between(form: Form, before: Answers, now: Answers) -> tuple[Change, ...]:
    """Every place that two versions answer differently, in the order of the form."""
    return tuple(_changes(form, before, now))


def _changes(form: Form, before: Answers, now: Answers) -> Iterator[Change]:
    for item in form.walk():
        if item.is_repeating:
            yield from _row_changes(item, before, now)
        elif item.is_answered:
            old, new = before.values.get(item.link_id), now.values.get(item.link_id)
            if old != new:
                yield _change(item, item.link_id, old, new)


def _row_changes(group: Item, before: Answers, now: Answers) -> Iterator[Change]:
    old, new = before.rows.get(group.link_id, ()), now.rows.get(group.link_id, ())
    for number in range(max(len(old), len(new))):
        old_row = old[number] if number < len(old) else {}
        new_row = new[number] if number < len(new) else {}
        for item in group.items:
            place = f"{group.link_id}.{number}.{item.link_id}"
            if old_row.get(item.link_id) != new_row.get(item.link_id):
                yield _change(item, place, old_row.get(item.link_id), new_row.get(item.link_id))


def _change(
    item: Item,
    place: str,
    old: Value | tuple[Choice, ...] | None,
    new: Value | tuple[Choice, ...] | None,
) -> Change:
    return Change(item.link_id, place, item.title, words_of(item, old), words_of(item, new))


def words_of(item: Item, value: Value | tuple[Choice, ...] | None) -> Words:
    """An answer as people read it, in both languages."""
    if value is None:
        return NOTHING
    if isinstance(value, tuple):
        parts = [words_of(item, each) for each in value]
        return {"zh": "、".join(p["zh"] for p in parts), "en": ", ".join(p["en"] for p in parts)}
    if isinstance(value, Choice):
        option = item.option(value.code)
        return option.words if option else dict.fromkeys(("zh", "en"), value.text or value.code)
    if isinstance(value, bool):
        return _YES_NO[value]
    return {language: written(value) + _unit(item.unit, language) for language in ("zh", "en")}


def _unit(unit: Unit | None, language: str) -> str:
    return f" {unit.words[language]}" if unit else ""
