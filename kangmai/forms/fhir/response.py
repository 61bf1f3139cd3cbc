"""Answers as a QuestionnaireResponse, and back.

Source: FHIR R4, https://hl7.org/fhir/R4/questionnaireresponse.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kangmai.forms.fhir.questionnaire import canonical
from kangmai.forms.fhir.values import Json, answer, read_answer
from kangmai.forms.types import (
    Answers,
    Choice,
    Form,
    Item,
    ItemKind,
    ResponseStatus,
    Row,
    Value,
)
from kangmai.kernel.actor import Actor, Label
from kangmai.records.fhir.times import instant
from kangmai.records.types import LABELS

CONFIRMED = "urn:kangmai:form:confirmed"
ACCOUNT_SYSTEM = "urn:kangmai:identifier:account"


@dataclass(frozen=True, slots=True)
class About:
    """Whom answers are about (`Patient/…`), who gave them and when."""

    patient: str
    author: Json
    at: datetime


def author_of(actor: Actor) -> Json:
    """A reference to whoever fills in: the account, with the name people know it by."""
    return account_reference(actor.account, actor.name)


def account_reference(account: int, name: str) -> Json:
    """A reference to an account, with the name people know it by."""
    return {"identifier": {"system": ACCOUNT_SYSTEM, "value": str(account)}, "display": name}


def to_response(
    form: Form,
    answers: Answers,
    *,
    about: About,
    status: ResponseStatus = ResponseStatus.COMPLETED,
) -> Json:
    """The QuestionnaireResponse of some answers, without an id."""
    items = list(_items(form.items, answers))
    return {
        "resourceType": "QuestionnaireResponse",
        **labelled(form),
        **_confirmations(answers),
        "questionnaire": canonical(form),
        "status": status.value,
        "subject": {"reference": about.patient},
        "authored": instant(about.at),
        "author": about.author,
        **({"item": items} if items else {}),
    }


def labelled(form: Form) -> Json:
    """The security label of what a form asks, which the store keeps with the row."""
    if form.label is Label.NORMAL:
        return {}
    return {"meta": {"security": [{"system": LABELS, "code": form.label.name.lower()}]}}


def _confirmations(answers: Answers) -> Json:
    names = sorted(answers.confirmed)
    return {"extension": [{"url": CONFIRMED, "valueString": n} for n in names]} if names else {}


def _items(items: tuple[Item, ...], answers: Answers) -> Iterator[Json]:
    for item in items:
        if item.is_repeating:
            for row in answers.rows.get(item.link_id, ()):
                yield {"linkId": item.link_id, "item": list(_answered(item.items, row))}
        elif item.is_answered:
            yield from _answered((item,), answers.values)
        elif inner := list(_items(item.items, answers)):
            yield {"linkId": item.link_id, "item": inner}


def _answered(
    items: tuple[Item, ...], values: Mapping[str, Value | tuple[Choice, ...]]
) -> Iterator[Json]:
    for item in items:
        value = values.get(item.link_id)
        several = value if isinstance(value, tuple) else () if value is None else (value,)
        if several:
            yield {"linkId": item.link_id, "answer": [answer(item, each) for each in several]}


def from_response(form: Form, resource: Mapping[str, Any]) -> Answers:
    """The answers in a QuestionnaireResponse to a form; items that the form does not have are left out."""
    values: dict[str, Value | tuple[Choice, ...]] = {}
    rows: dict[str, tuple[Row, ...]] = {}
    for entry in _walk(resource.get("item", ())):
        item = form.by_link_id.get(entry["linkId"])
        if item is None:
            continue
        if item.is_repeating:
            row = {
                each["linkId"]: value
                for each in entry.get("item", ())
                if (value := _value(form, each)) is not None
            }
            rows[item.link_id] = (*rows.get(item.link_id, ()), row)
        elif not _is_in_row(form, item) and (value := _value(form, entry)) is not None:
            values[item.link_id] = value
    confirmed = (
        each["valueString"] for each in resource.get("extension", ()) if each["url"] == CONFIRMED
    )
    return Answers(values, rows, frozenset(confirmed))


def _walk(entries: Any) -> Iterator[Mapping[str, Any]]:
    for entry in entries:
        yield entry
        yield from _walk(entry.get("item", ()))


def _is_in_row(form: Form, item: Item) -> bool:
    parent = form.parents.get(item.link_id)
    return parent is not None and form.item(parent).is_repeating


def _value(form: Form, entry: Mapping[str, Any]) -> Any:
    """The one value of an item, or the several of a multiple choice."""
    item = form.by_link_id.get(entry["linkId"])
    if item is None:
        return None
    read = [read_answer(item, given) for given in entry.get("answer", ())]
    found = tuple(value for value in read if value is not None)
    if item.kind is ItemKind.MULTIPLE_CHOICE:
        return found or None
    return found[0] if found else None
