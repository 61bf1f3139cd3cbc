"""What must hold of each item of a form, and between items."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from kangmai.forms.definition import written_items
from kangmai.forms.rules.enablement import condition_value
from kangmai.forms.types import (
    CHOICES,
    NUMBERS,
    Condition,
    Form,
    Item,
    ItemKind,
    Operator,
    Range,
)
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.standards.units import ucum_code

LOINC = "http://loinc.org"
_COUNTED = re.compile(r"\{[A-Za-z_]+\}(/(d|wk|mo))?")
"""UCUM writes things that are counted as annotations: `{cigarette}/d`."""
ORDERED = NUMBERS | {ItemKind.DATE}


def find_item_faults(definition: Definition, form: Form) -> Iterator[str]:
    """Every fault of every item, with the path of the item."""
    seen: list[Item] = []
    for path, content in _contents(written_items(definition)):
        item = form.by_link_id[content["link_id"]]
        for fault in _faults(form, item, content, seen):
            yield f"{path}: {item.link_id}: {fault}"
        seen.append(item)


def _contents(
    items: Iterable[tuple[str, Mapping[str, Any]]],
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path, content in items:
        yield path, content
        inner = enumerate(content.get("items", ()))
        yield from _contents((f"{path}/items/{position}", each) for position, each in inner)


def _faults(form: Form, item: Item, content: Mapping[str, Any], seen: list[Item]) -> Iterator[str]:
    yield from _shape_faults(item, content)
    yield from _unit_faults(item)
    yield from _limit_faults(item)
    yield from _extraction_faults(item)
    yield from _effective_faults(form, item)
    for condition in item.enable_when:
        yield from _condition_faults(form, condition, seen)
    parent = form.parents.get(item.link_id)
    if parent is not None and form.item(parent).is_repeating:
        yield from _row_faults(item)


def _shape_faults(item: Item, content: Mapping[str, Any]) -> Iterator[str]:
    if (item.kind is ItemKind.GROUP) != bool(item.items):
        yield "a group, and only a group, holds items"
    if "repeats" in content and item.kind is not ItemKind.GROUP:
        yield "only a group repeats"
    if item.kind in CHOICES and ("options" in content) == ("code_set" in content):
        yield "a choice has either `options` or a `code_set`"
    if item.kind not in CHOICES and item.options:
        yield "only a choice has options"
    if len({option.code for option in item.options}) < len(item.options):
        yield "two options have the same code"
    for code in content.get("exclusive", ()):
        if item.option(code) is None or item.kind is not ItemKind.MULTIPLE_CHOICE:
            yield f"exclusive {code!r} is no option of a multiple choice"
    if item.calculate and (item.kind not in NUMBERS or item.is_required or item.prefill):
        yield "only a number is calculated; it is neither required nor prefilled"
    if item.required_when and (item.is_required or not item.is_answered):
        yield "required_when is for answered items that are not required anyway"


def _unit_faults(item: Item) -> Iterator[str]:
    if item.kind is ItemKind.QUANTITY and item.unit is None:
        yield "a quantity needs a unit"
    if item.unit is None:
        return
    if item.kind not in NUMBERS:
        yield "only a number has a unit"
    if ucum_code(item.unit.code) != item.unit.code and not _COUNTED.fullmatch(item.unit.code):
        yield f"the unit {item.unit.code!r} is not a UCUM code that is known here"
    for code in item.codes:
        allowed = _vital_sign_units().get(code.code) if code.system == LOINC else None
        if allowed and item.unit.code not in allowed:
            yield f"{code.display} (LOINC {code.code}) is measured in {' or '.join(allowed)}, not in {item.unit.code}"


@cache
def _vital_sign_units() -> Mapping[str, tuple[str, ...]]:
    (table,) = definitions.load("forms", "vital_sign_units")
    units: Mapping[str, tuple[str, ...]] = table.content["units"]
    return units


def _limit_faults(item: Item) -> Iterator[str]:
    wanted = date if item.kind is ItemKind.DATE else Decimal
    for name, limits in (("refuse", item.refuse), ("warn", item.warn)):
        if limits == Range():
            continue
        if item.kind not in ORDERED:
            yield "only numbers and dates have limits"
        given = [each for each in (limits.low, limits.high) if each is not None]
        if any((wanted is Decimal) != isinstance(each, Decimal) for each in given):
            yield f"limits/{name} is not of the item's kind"
        elif _is_reversed(limits):
            yield f"limits/{name}: the low limit is above the high one"
    for outer, inner, sign in (
        (item.refuse.low, item.warn.low, 1),
        (item.refuse.high, item.warn.high, -1),
    ):
        if isinstance(outer, Decimal) and isinstance(inner, Decimal) and (inner - outer) * sign < 0:
            yield "limits/warn reaches beyond limits/refuse, where everything is refused"


def _is_reversed(limits: Range) -> bool:
    low, high = limits.low, limits.high
    return isinstance(low, Decimal) and isinstance(high, Decimal) and low > high


def _extraction_faults(item: Item) -> Iterator[str]:
    if item.extract and not item.codes:
        yield "what is extracted needs a code"
    if item.extract and item.items and not any(each.codes for each in item.items):
        yield "no item of an extracted group has a code"
    if item.prefill and item.prefill.is_measured and not item.codes:
        yield "what is prefilled from the record needs a code"
    if item.prefill and item.prefill.is_filler and item.kind is not ItemKind.TEXT:
        yield "the filler's name is a text"


def _effective_faults(form: Form, item: Item) -> Iterator[str]:
    other = form.by_link_id.get(item.effective_item)
    if item.effective_item and (other is None or other.kind is not ItemKind.DATE):
        yield f"effective_item {item.effective_item!r} is no date of this form"


def _condition_faults(form: Form, condition: Condition, seen: list[Item]) -> Iterator[str]:
    question = form.by_link_id.get(condition.question)
    if question is None or question not in seen or not question.is_answered:
        yield f"enable_when: {condition.question!r} is no answered item before it"
        return
    if question.calculate:
        yield f"enable_when: {condition.question!r} is calculated at the end"
    parent = form.parents.get(question.link_id)
    if parent is not None and form.item(parent).is_repeating:
        yield f"enable_when: {condition.question!r} has several answers"
    if condition.operator is Operator.EXISTS:
        if condition.answer not in ("true", "false"):
            yield "enable_when: exists is compared with true or false"
        return
    if condition_value(question, condition) is None:
        yield f"enable_when: {condition.question!r} can never be {condition.answer!r}"
    is_order = condition.operator not in (Operator.EQUAL, Operator.NOT_EQUAL)
    if is_order and question.kind not in ORDERED:
        yield f"enable_when: {condition.question!r} has no order to compare by"


def _row_faults(item: Item) -> Iterator[str]:
    """Rows are simple: what they hold is answered by itself."""
    if not item.is_answered or item.kind is ItemKind.MULTIPLE_CHOICE:
        yield "a row holds only items with one answer"
    if item.enable_when or item.calculate or item.prefill or item.extract or item.required_when:
        yield "an item of a row has no conditions, calculation, prefill or extraction"
    if item.warn != Range():
        yield "an item of a row is refused or passes; it has no limits to warn at"
    if item.kind is ItemKind.OPEN_CHOICE:
        yield "an item of a row is no open choice"
