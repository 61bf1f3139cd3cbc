"""A form's checks as plain values, for a browser that has no connection to walk.

What stands here is exactly what `read_answers` asks, as far as it can be said in plain lists: kinds, whole
numbers and decimal places, hard and soft limits, what is required and when, what must hold between answers.
An expression that uses more of FHIRPath than comparisons, sums, `and`, `or`, `implies`, `exists()` and
`where(…).exists()` of several choices is left out and counted (`left_out`): it is checked when the answers are sent.

Source: the expressions are FHIRPath, https://hl7.org/fhirpath/; lists as in `analytics.facts.to_json` have
the same three truths as its `and`, `or` and `implies` over the empty collection.
"""

from decimal import Decimal
from typing import Any

from kangmai.forms.rules.faults import Wrong
from kangmai.forms.types import DayLimit, Form, Item, ItemKind, Limit, Range
from kangmai.records.fhirpath.syntax.nodes import Binary, Call, Literal, Node, This, Variable
from kangmai.records.fhirpath.syntax.parser import parse

COMPARISONS = frozenset(("=", "!=", "<", "<=", ">", ">="))
SUMS = {"+": "plus", "-": "minus"}
ASKED = ("MISSING", "NOT_A_NUMBER", "NOT_WHOLE", "TOO_FINE", "OUTSIDE", "UNUSUAL", "IN_FUTURE")
DECIMALS = 4


class NotPortable(Exception):
    """An expression says more than lists can."""


def portable(form: Form, *, language: str) -> dict[str, Any]:
    """The checks of a form, with their words in one language."""
    checks = [_item(form, each, language) for each in form.walk() if each.is_answered]
    constraints = [_constraint(form, each, language) for each in form.constraints]
    wanted = sum(bool(each.required_when) for each in form.walk())
    known = sum(each["required_when"] is not None for each in checks)
    kept = [each for each in constraints if each is not None]
    return {
        "id": form.id,
        "version": form.version.isoformat(),
        "title": form.title[language],
        "verified": form.is_verified,
        "effective_item": form.effective_item,
        "items": checks,
        "constraints": kept,
        "left_out": len(constraints) - len(kept) + wanted - known,
    }


def _item(form: Form, item: Item, language: str) -> dict[str, Any]:
    unit = item.unit.words[language] if item.unit else ""
    said = {
        wrong.name.lower(): wrong.value[0 if language == "zh" else 1].replace(
            "{title}", item.title[language]
        )
        for wrong in (Wrong[name] for name in ASKED)
    }
    return {
        "place": item.link_id,
        "kind": item.kind.value,
        "title": item.title[language],
        "unit": unit,
        "required": item.is_required,
        "required_when": _expression(form, item.required_when),
        "calculated": bool(item.calculate),
        "decimals": 0 if item.kind is ItemKind.INTEGER else _decimals(item),
        "refuse": _range(item.refuse),
        "warn": _range(item.warn),
        "said": said,
    }


def _decimals(item: Item) -> int:
    return DECIMALS if item.decimals is None else item.decimals


def _range(limits: Range) -> list[Any]:
    return [_limit(limits.low), _limit(limits.high)]


def _limit(limit: Limit | None) -> Any:
    """A number, a count of calendar units from the day of entry, or nothing."""
    if isinstance(limit, DayLimit):
        count = limit.before.count if limit.is_after else -limit.before.count
        return {"count": count, "unit": limit.before.unit.value}
    return None if limit is None else float(limit)


def _constraint(form: Form, constraint: Any, language: str) -> dict[str, Any] | None:
    holds = _expression(form, constraint.expression)
    if holds is None:
        return None
    return {
        "id": constraint.id,
        "holds": holds,
        "items": list(constraint.items),
        "message": constraint.message[language],
        "warning": constraint.is_warning,
    }


def _expression(form: Form, text: str) -> list[Any] | None:
    """The lists of an expression; None where there is none, or it says more."""
    if not text:
        return None
    try:
        return _truth(form, parse(text))
    except NotPortable:
        return None


def _truth(form: Form, node: Node) -> list[Any]:
    match node:
        case Binary("and", left, right):
            return ["all", _truth(form, left), _truth(form, right)]
        case Binary("or", left, right):
            return ["any", _truth(form, left), _truth(form, right)]
        case Binary("implies", left, right):
            return ["any", ["not", _truth(form, left)], _truth(form, right)]
        case Binary(sign, left, right) if sign in COMPARISONS:
            return ["compare", sign, _term(form, left), _term(form, right)]
        case Call(Variable() as variable, "exists", ()):
            return ["not", ["missing", _term(form, variable)]]
        case Call(Call(Variable(name), "where", (asked,)), "exists", ()) if _is_list(form, name):
            return ["some", name, _truth(form, asked)]
        case Variable(name) if _kind(form, name) is ItemKind.BOOLEAN:
            return ["holds", name]
        case _:
            raise NotPortable()


def _term(form: Form, node: Node) -> list[Any]:
    match node:
        case Literal(value) if isinstance(value, str | bool | int | Decimal):
            return ["value", float(value) if isinstance(value, Decimal) else value]
        case Variable(name) if not _is_list(form, name) and _kind(form, name) is not ItemKind.GROUP:
            return ["fact", name]
        case This():
            return ["fact", "$this"]
        case Binary(sign, left, right) if sign in SUMS:
            return [SUMS[sign], _term(form, left), _term(form, right)]
        case _:
            raise NotPortable()


def _is_list(form: Form, name: str) -> bool:
    return _kind(form, name) is ItemKind.MULTIPLE_CHOICE


def _kind(form: Form, name: str) -> ItemKind | None:
    item = form.by_link_id.get(name)
    return item.kind if item else None
