"""Measurements extracted from answers as Observations, dated by the day they were taken.

A group that is extracted becomes one Observation whose components are its items (a blood pressure);
any other item that is extracted becomes one of its own.
Source: FHIR R4, https://hl7.org/fhir/R4/observation.html; blood pressure as in
https://hl7.org/fhir/R4/bp.html
"""

from collections.abc import Iterator
from datetime import date

from kangmai.forms.fhir.response import About, labelled
from kangmai.forms.fhir.values import Json, measured
from kangmai.forms.types import Answers, Form, Item

CATEGORIES = "http://terminology.hl7.org/CodeSystem/observation-category"


def to_observations(
    form: Form,
    answers: Answers,
    *,
    about: About,
    effective_on: date,
    response: str,
    status: str = "final",
) -> dict[str, Json]:
    """Link id → Observation without an id, of everything that is extracted and was answered.

    Args:
        response: the reference of the QuestionnaireResponse they come from.
    """
    found = {}
    for item in form.walk():
        if not item.extract:
            continue
        content = _content(item, answers)
        if content:
            found[item.link_id] = {
                "resourceType": "Observation",
                **labelled(form),
                "status": status,
                "category": [{"coding": [{"system": CATEGORIES, "code": item.extract}]}],
                "code": _concept(item),
                "subject": {"reference": about.patient},
                "effectiveDateTime": (answers.day(item.effective_item) or effective_on).isoformat(),
                "performer": [about.author],
                **content,
                "derivedFrom": [{"reference": response}],
            }
    return found


def _content(item: Item, answers: Answers) -> Json:
    if item.items:
        components = list(_components(item, answers))
        return {"component": components} if components else {}
    value = answers.values.get(item.link_id)
    return {} if value is None else measured(item, value)


def _components(group: Item, answers: Answers) -> Iterator[Json]:
    for item in group.items:
        value = answers.values.get(item.link_id)
        if item.codes and value is not None:
            yield {"code": _concept(item), **measured(item, value)}


def _concept(item: Item) -> Json:
    codings = [
        {"system": each.system, "code": each.code, "display": each.display} for each in item.codes
    ]
    return {"coding": codings, "text": item.title["zh"]}
