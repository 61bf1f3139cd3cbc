"""Answers as FHIR datatypes, and back.

Source: FHIR R4, https://hl7.org/fhir/R4/datatypes.html
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from kangmai.forms.types import CHOICES, Choice, Item, ItemKind, Unit, Value
from kangmai.standards.units import UCUM

Json = dict[str, Any]


def quantity(value: Decimal | int, unit: Unit | None) -> Json:
    """A Quantity in UCUM; a number without a unit counts in ones."""
    if unit is None:
        return {"value": value, "system": UCUM, "code": "1"}
    return {"value": value, "unit": unit.words["zh"], "system": UCUM, "code": unit.code}


def coding(item: Item, code: str) -> Json:
    """The Coding of one of an item's options."""
    option = item.option(code)
    if option is None:
        return {"code": code}
    return {"system": option.system, "code": code, "display": option.words["zh"]}


def answer(item: Item, value: Value) -> Json:
    """`value[x]` of an answer of a QuestionnaireResponse."""
    match item.kind:
        case ItemKind.BOOLEAN:
            return {"valueBoolean": value}
        case ItemKind.DECIMAL:
            return {"valueDecimal": value}
        case ItemKind.INTEGER:
            return {"valueInteger": value}
        case ItemKind.QUANTITY:
            return {"valueQuantity": quantity(value, item.unit)}  # type: ignore[arg-type]
        case ItemKind.DATE:
            return {"valueDate": str(value)}
        case _ if isinstance(value, Choice):
            if not value.code:
                return {"valueString": value.text}
            return {"valueCoding": coding(item, value.code)}
        case _:
            return {"valueString": value}


def read_answer(item: Item, given: Mapping[str, Any]) -> Value | None:
    """The value of an answer of a QuestionnaireResponse; None where it is of another kind."""
    if item.kind in CHOICES:
        if "valueCoding" in given:
            return Choice(given["valueCoding"]["code"])
        return Choice("", given["valueString"]) if "valueString" in given else None
    match item.kind:
        case ItemKind.BOOLEAN:
            return given.get("valueBoolean")
        case ItemKind.DECIMAL:
            return _decimal(given.get("valueDecimal"))
        case ItemKind.INTEGER:
            return given.get("valueInteger")
        case ItemKind.QUANTITY:
            return _decimal(given.get("valueQuantity", {}).get("value"))
        case ItemKind.DATE:
            return date.fromisoformat(given["valueDate"]) if "valueDate" in given else None
        case _:
            return given.get("valueString")


def _decimal(number: Decimal | float | None) -> Decimal | None:
    return None if number is None else Decimal(str(number))


def measured(item: Item, value: Value | tuple[Choice, ...]) -> Json:
    """`value[x]` of an Observation or one of its components."""
    if isinstance(value, tuple):
        return {"valueCodeableConcept": {"coding": [coding(item, each.code) for each in value]}}
    if isinstance(value, Choice):
        if not value.code:
            return {"valueCodeableConcept": {"text": value.text}}
        return {"valueCodeableConcept": {"coding": [coding(item, value.code)]}}
    match value:
        case bool():
            return {"valueBoolean": value}
        case Decimal() | int():
            return {"valueQuantity": quantity(value, item.unit)}
        case date():
            return {"valueDateTime": value.isoformat()}
        case _:
            return {"valueString": value}
