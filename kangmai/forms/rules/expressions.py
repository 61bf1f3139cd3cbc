"""FHIRPath over the answers of a form: constraints, calculations, and when an item is required.

Every answered item outside repeating groups is a variable of its link id: `%systolic > %diastolic`. A repeating
group is the list of its rows: `%contact_list.where(screened_on.exists()).count()`.
Quantities are their numbers in the item's unit, choices their codes. `%sex_code` is that of the resident,
`%on` the day of measurement, `%age_months` his completed months on that day. An unanswered item is the empty collection.

Source: FHIRPath, https://hl7.org/fhirpath/; the variables are those of HL7 Structured Data Capture,
http://hl7.org/fhir/StructureDefinition/variable
"""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from kangmai.forms.rules.enablement import Values
from kangmai.forms.types import Choice, Constraint, Form, Item, ItemKind, Row, Subject, Value
from kangmai.records.fhirpath import compile_expression
from kangmai.records.fhirpath.expression import typed

OTHER_VARIABLES = ("sex_code", "on", "age_months")
_EMPTY = {"resourceType": "QuestionnaireResponse", "status": "completed"}


def variables_of(
    form: Form, values: Values, rows: Mapping[str, tuple[Row, ...]], *, subject: Subject, on: date
) -> dict[str, Any]:
    """Every variable of a form's expressions."""
    answered = {
        item.link_id: _variable(values.get(item.link_id))
        for item in form.walk()
        if item.is_answered
    }
    listed = {
        group.link_id: [_row(each) for each in rows.get(group.link_id, ())]
        for group in form.walk()
        if group.is_repeating
    }
    about = {
        "sex_code": subject.sex_code or None,
        "on": typed(on.isoformat(), "date"),
        "age_months": _months(subject.birth_date, on),
    }
    return answered | listed | about


def _months(born: date | None, on: date) -> int | None:
    if born is None:
        return None
    return (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)


def _row(row: Row) -> dict[str, Any]:
    return {link_id: _variable(value) for link_id, value in row.items()}


def _variable(value: Value | tuple[Choice, ...] | None) -> Any:
    match value:
        case tuple():
            return [each.code for each in value]
        case Choice():
            return value.code or value.text
        case date():
            return typed(value.isoformat(), "date")
        case _:
            return value


def is_violated(constraint: Constraint, variables: Mapping[str, Any]) -> bool:
    """Whether a constraint is false; one that says nothing, since answers are missing, is not."""
    return _evaluate(constraint.expression, variables) == [False]


def is_true(expression: str, variables: Mapping[str, Any]) -> bool:
    """Whether an expression says yes."""
    return _evaluate(expression, variables) == [True]


def calculated(item: Item, variables: Mapping[str, Any]) -> Value | None:
    """The answer that an item's expression gives, rounded half up as the item is written; None for nothing."""
    found = _evaluate(item.calculate, variables)
    if len(found) != 1 or isinstance(found[0], bool) or not isinstance(found[0], Decimal | int):
        return None
    places = 0 if item.kind is ItemKind.INTEGER else item.decimals
    value = Decimal(found[0])
    if places is not None:
        value = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return int(value) if item.kind is ItemKind.INTEGER else value


def _evaluate(expression: str, variables: Mapping[str, Any]) -> list[Any]:
    return compile_expression(expression).evaluate(_EMPTY, variables=variables)
