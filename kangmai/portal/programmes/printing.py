"""What stands on paper: the summary of a visit for the resident, the slip for a referral."""

import datetime
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kangmai.forms import queries as forms
from kangmai.forms.rules import words_of
from kangmai.forms.types import Answered, Answers, Form, Item, ItemKind
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor
from kangmai.portal.institutions.presenters import standard
from kangmai.portal.programmes import catalogue, clocks, decisions, reach, wording
from kangmai.portal.shell import words
from kangmai.programmes.engine.types import Visit
from kangmai.standards.calendars import legal_day
from kangmai.standards.identity_numbers import mask_identity_number

Data = Mapping[str, Any]
IDENTITY_CARD = "01"


def summary(visit: Visit, resident: Resident, actor: Actor, at: datetime.datetime) -> Data:
    """For the resident: what was measured, what it means, what to take, when to come again."""
    answered = _answered(visit, actor, at)
    verdict = decisions.verdict_of(visit)
    return {
        **_head(visit, resident, at),
        "visited_on": words.day(visit.visited_on),
        "method": wording.method(visit.method),
        "class": verdict.title if verdict else "",
        "measurements": list(_measurements(answered)),
        "advice": list(verdict.reasons) if verdict else [],
        "medicines": list(_medicines(answered)),
        "next_visit_on": words.day(visit.next_on) if visit.next_on else "",
        "doctor": _text(answered, "doctor"),
        "phone": "",
    }


def referral(visit: Visit, resident: Resident, actor: Actor, at: datetime.datetime) -> Data:
    """For the institution referred to: why, what was found, what is taken, by when we ask again."""
    answered = _answered(visit, actor, at)
    verdict = decisions.verdict_of(visit)
    reasons = "；".join(verdict.reasons) if verdict else ""
    documents = resident.demographics.documents
    found = [
        f"{each['name']} {each['value']} {each['unit']}".strip() for each in _measurements(answered)
    ]
    running = [
        each
        for each in clocks.of_enrolment(visit.enrolment_id, actor=actor, at=at)
        if each.waits_for_us
    ]
    return {
        **_head(visit, resident, at),
        "to_institution": _text(answered, "referral_institution"),
        "document_number": _document(documents[0].kind_code, documents[0].number)
        if documents
        else "",
        "phone": next(iter(resident.demographics.phones), ""),
        "reason": _text(answered, "referral_reason") or reasons,
        "findings": "；".join(filter(None, (*found, _words(answered, "symptoms")))),
        "treatment": "；".join(
            " ".join(filter(None, (each["name"], each["dose"]))) for each in _medicines(answered)
        ),
        "doctor": _text(answered, "doctor") or actor.name,
        "referred_on": words.day(visit.visited_on),
        "due_on": running[0].due_on if running else words.day(visit.next_on),
    }


def _head(visit: Visit, resident: Resident, at: datetime.datetime) -> dict[str, Any]:
    known = resident.demographics
    names = reach.institution_names({visit.organization or 0})
    return {
        "institution": names.get(visit.organization or 0, ""),
        "resident_name": known.name,
        "sex": standard("sex", known.sex_code),
        "age": words.age(known.birth_date, visit.visited_on),
        "record_number": resident.record_number or resident.index_number,
        "programme": catalogue.programme_title(visit.programme, on=legal_day(at)),
    }


def _document(kind: str, number: str) -> str:
    if kind == IDENTITY_CARD:
        return mask_identity_number(number)
    return words.masked(number, head=2, tail=2)


def _answered(visit: Visit, actor: Actor, at: datetime.datetime) -> Answered | None:
    if not visit.response_id:
        return None
    return forms.get_answers(visit.response_id, actor=actor, at=at)


def _measurements(answered: Answered | None) -> Iterator[dict[str, str]]:
    """Every quantity that was answered, with what is aimed at where the form asks for that."""
    if answered is None:
        return
    for item in answered.form.leaves:
        value = answered.answers.number(item.link_id)
        if item.kind is ItemKind.QUANTITY and value is not None and "target" not in item.link_id:
            yield {
                "name": item.title[wording.language()],
                "value": f"{value:f}",
                "unit": item.unit.words[wording.language()] if item.unit else "",
                "target": _target(answered.form, answered.answers, item),
            }


def _target(form: Form, answers: Answers, item: Item) -> str:
    stem = item.link_id.removesuffix("_now")
    value = answers.number(f"{stem}_target") if f"{stem}_target" in form.by_link_id else None
    return "" if value is None else f"{value:f}"


def _medicines(answered: Answered | None) -> Iterator[dict[str, str]]:
    """The rows of the form's medicines: the name, then how much how often."""
    if answered is None or "drugs" not in answered.form.by_link_id:
        return
    items = {each.link_id: each for each in answered.form.item("drugs").items}
    for row in answered.answers.rows.get("drugs", ()):
        said = {id: words_of(items[id], value)[wording.language()] for id, value in row.items()}
        rest = (value for id, value in said.items() if id != "name")
        yield {"name": said.get("name", ""), "dose": " ".join(rest)}


def _text(answered: Answered | None, link_id: str) -> str:
    return (answered.answers.text(link_id) or "") if answered else ""


def _words(answered: Answered | None, link_id: str) -> str:
    if answered is None or link_id not in answered.answers.values:
        return ""
    item = answered.form.item(link_id)
    return words_of(item, answered.answers.values[link_id])[wording.language()]


Maker = Callable[[Visit, Resident, Actor, datetime.datetime], Data]
DATA: Mapping[str, Maker] = {"summary": summary, "referral": referral}
TEMPLATES = {"summary": "visit_summary", "referral": "referral_slip"}
