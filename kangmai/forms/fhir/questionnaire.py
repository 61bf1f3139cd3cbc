"""A form as a FHIR Questionnaire, in Chinese with English translations.

Source: FHIR R4, https://hl7.org/fhir/R4/questionnaire.html; HL7 Structured Data Capture,
https://hl7.org/fhir/uv/sdc/ (variables, calculated expressions, extraction of Observations).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from kangmai.forms.fhir.values import Json, coding
from kangmai.forms.rules.enablement import condition_value
from kangmai.forms.types import (
    CHOICES,
    NUMBERS,
    Condition,
    Constraint,
    Form,
    Item,
    ItemKind,
    Operator,
    Words,
)
from kangmai.standards.units import UCUM

CORE = "http://hl7.org/fhir/StructureDefinition/"
CAPTURE = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
LAUNCH = "http://hl7.org/fhir/uv/sdc/CodeSystem/launchContext"
SEX_CODE = "iif(%patient.gender = 'male', '1', iif(%patient.gender = 'female', '2', '9'))"
LONG_TEXT = 200
_VARIABLE = re.compile(r"%([a-z][a-z0-9_]*)")
_TYPES = {
    ItemKind.OPEN_CHOICE: "open-choice",
    ItemKind.MULTIPLE_CHOICE: "choice",
    ItemKind.TEXT: "string",
}


def canonical(form: Form) -> str:
    """The address by which a response names the version of the form it answers."""
    return f"urn:kangmai:form:{form.id}|{form.version.isoformat()}"


def to_questionnaire(form: Form) -> Json:
    """The Questionnaire of a form."""
    url, _, version = canonical(form).partition("|")
    rules = [_constraint(each) for each in form.constraints if not _is_ours(form, each.expression)]
    needed = [_needed(item) for item in form.walk() if item.required_when]
    return {
        "resourceType": "Questionnaire",
        "extension": [*_variables(form), *rules, *needed],
        "url": url,
        "version": version,
        "name": form.id,
        **_worded("title", form.title),
        "status": form.status,
        "experimental": not form.is_verified,
        "subjectType": ["Patient"],
        "date": version,
        "effectivePeriod": _period(form),
        "item": [_item(form, each) for each in form.items],
    }


def _period(form: Form) -> Json:
    """Our periods are half-open, those of FHIR include their last day."""
    if form.version_to is None:
        return {"start": form.version.isoformat()}
    end = date.fromordinal(form.version_to.toordinal() - 1)
    return {"start": form.version.isoformat(), "end": end.isoformat()}


def _worded(name: str, words: Words) -> Json:
    translation = {
        "url": CORE + "translation",
        "extension": [
            {"url": "lang", "valueCode": "en"},
            {"url": "content", "valueString": words["en"]},
        ],
    }
    return {name: words["zh"], f"_{name}": {"extension": [translation]}}


def _expression(url: str, text: str, **more: str) -> Json:
    return {
        "url": url,
        "valueExpression": {**more, "language": "text/fhirpath", "expression": text},
    }


def _variables(form: Form) -> Iterator[Json]:
    """The variables that our expressions use, each with the path to its value."""
    patient = {"url": "name", "valueCoding": {"system": LAUNCH, "code": "patient"}}
    kind = {"url": "type", "valueCode": "Patient"}
    yield {"url": CAPTURE + "launchContext", "extension": [patient, kind]}
    yield _expression(CORE + "variable", SEX_CODE, name="sexCode")
    for item in form.walk():
        if item.is_answered:
            path = f"%resource.descendants().where(linkId = '{item.link_id}').answer.value"
            if item.kind is ItemKind.QUANTITY:
                path += ".value"
            elif item.kind in CHOICES:
                path += ".select(iif($this is Coding, code, $this))"
            yield _expression(CORE + "variable", path, name=_camel(item.link_id))
    yield _expression(CORE + "variable", f"%{_camel(form.effective_item)}", name="on")


def _camel(name: str) -> str:
    """A link id as a name of a variable: R4 has them as ids, which know no underscore."""
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)


def _spelled(expression: str) -> str:
    """An expression with the variables as the Questionnaire names them."""
    return _VARIABLE.sub(lambda match: f"%{_camel(match[1])}", expression)


def _is_ours(form: Form, expression: str) -> bool:
    """Whether an expression reads an age, or rows by the names of their items, which a Questionnaire cannot say."""
    named = set(_VARIABLE.findall(expression))
    return "age_months" in named or any(
        each.is_repeating and each.link_id in named for each in form.walk()
    )


def _constraint(constraint: Constraint) -> Json:
    severity = "warning" if constraint.is_warning else "error"
    return _rule(constraint.id, _spelled(constraint.expression), constraint.message, severity)


def _needed(item: Item) -> Json:
    words = {"zh": f"请填写“{item.title['zh']}”。", "en": f"Fill in “{item.title['en']}”."}
    expression = _spelled(f"({item.required_when}) implies %{item.link_id}.exists()")
    return _rule(f"{item.link_id}_required", expression, words, "error")


def _rule(key: str, expression: str, message: Words, severity: str) -> Json:
    parts = [
        {"url": "key", "valueId": key.replace("_", "-")},
        {"url": "severity", "valueCode": severity},
        {"url": "expression", "valueString": expression},
        {"url": "human", "valueString": f"{message['zh']} {message['en']}"},
    ]
    return {"url": CORE + "questionnaire-constraint", "extension": parts}


def _item(form: Form, item: Item) -> Json:
    built: Json = {"linkId": item.link_id, **_worded("text", item.title)}
    if extensions := list(_extensions(form, item)):
        built = {"extension": extensions, **built}
    if item.codes:
        built["code"] = [
            {"system": c.system, "code": c.code, "display": c.display} for c in item.codes
        ]
    built["type"] = _type(item)
    if item.enable_when:
        built["enableWhen"] = [_enable_when(form, each) for each in item.enable_when]
        built["enableBehavior"] = "any" if item.is_any_enough else "all"
    if item.is_required:
        built["required"] = True
    if item.is_repeating or item.kind is ItemKind.MULTIPLE_CHOICE:
        built["repeats"] = True
    if item.calculate:
        built["readOnly"] = True
    if item.kind is ItemKind.TEXT:
        built["maxLength"] = item.max_length
    if item.options:
        built["answerOption"] = [
            {"valueCoding": coding(item, option.code)} for option in item.options
        ]
    if item.items:
        built["item"] = [_item(form, each) for each in item.items]
    return built


def _type(item: Item) -> str:
    if item.kind is ItemKind.TEXT and item.max_length > LONG_TEXT:
        return "text"
    return _TYPES.get(item.kind, item.kind.value)


def _extensions(form: Form, item: Item) -> Iterator[Json]:
    if item.unit is not None:
        unit = {"system": UCUM, "code": item.unit.code, "display": item.unit.words["zh"]}
        yield {"url": CORE + "questionnaire-unit", "valueCoding": unit}
    for name, limit in (("minValue", item.refuse.low), ("maxValue", item.refuse.high)):
        if isinstance(limit, Decimal):
            value = "valueInteger" if item.kind is ItemKind.INTEGER else "valueDecimal"
            yield {"url": CORE + name, value: int(limit) if "Integer" in value else limit}
    if item.calculate and not _is_ours(form, item.calculate):
        yield _expression(CAPTURE + "calculatedExpression", _spelled(item.calculate))
    if item.extract:
        yield {"url": CAPTURE + "observationExtract", "valueBoolean": True}


def _enable_when(form: Form, condition: Condition) -> Json:
    question = form.item(condition.question)
    return {
        "question": condition.question,
        "operator": condition.operator.value,
        **_enabling_answer(question, condition),
    }


def _enabling_answer(question: Item, condition: Condition) -> Mapping[str, Any]:
    if condition.operator is Operator.EXISTS:
        return {"answerBoolean": condition.answer == "true"}
    value = condition_value(question, condition)
    if question.kind in CHOICES:
        return {"answerCoding": coding(question, str(value))}
    if question.kind is ItemKind.BOOLEAN:
        return {"answerBoolean": value}
    if question.kind is ItemKind.DATE:
        return {"answerDate": str(value)}
    if question.kind is ItemKind.INTEGER:
        return {"answerInteger": int(value)}
    if question.kind is ItemKind.QUANTITY and question.unit is not None:
        return {"answerQuantity": {"value": value, "system": UCUM, "code": question.unit.code}}
    return {"answerDecimal": value} if question.kind in NUMBERS else {"answerString": value}
