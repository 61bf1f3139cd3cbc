"""Which measurement of the record fits an item: its value in the item's unit, both halves of a reading together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from kangmai.forms.rules.limits import is_within
from kangmai.forms.types import NUMBERS, Choice, Code, Form, Item, ItemKind, Value
from kangmai.records.types import Stored
from kangmai.standards.calendars import legal_day, start_of_day
from kangmai.standards.errors import UnitsIncompatible
from kangmai.standards.units import ANY_QUANTITY, convert, ucum_code

USABLE = frozenset({"final", "amended", "corrected"})
DECIMALS = 4
ONE_IN = "one-in"
"""The kind of a number that laboratories send as a ratio: a risk of 1:1200."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A value of the record that fits an item."""

    value: Value
    measured_at: datetime
    resource: Stored


def value_in(item: Item, code: Code, resource: Mapping[str, Any]) -> Value | None:
    """The value an Observation gives for an item; None where it does not stand, or does not fit.

    A value outside the item's hard limits is not proposed: it would only be refused.
    """
    if resource.get("status") not in USABLE:
        return None
    for part in (resource, *resource.get("component", ())):
        if _is_coded(part.get("code", {}), code):
            return _fitting(item, part)
    return None


def _is_coded(concept: Mapping[str, Any], code: Code) -> bool:
    return any(
        each.get("system") == code.system and each.get("code") == code.code
        for each in concept.get("coding", ())
    )


def _fitting(item: Item, part: Mapping[str, Any]) -> Value | None:
    if item.kind in NUMBERS and "valueQuantity" in part:
        return _number(item, part["valueQuantity"])
    if item.unit and item.unit.quantity == ONE_IN and "valueRatio" in part:
        return _one_in(item, part["valueRatio"])
    if item.kind is ItemKind.CHOICE and "valueCodeableConcept" in part:
        return _choice(item, part["valueCodeableConcept"])
    if item.kind is ItemKind.CHOICE and "valueString" in part:
        return _worded(item, part["valueString"])
    return None


def _one_in(item: Item, ratio: Mapping[str, Any]) -> Value | None:
    """The second half of 1:1200; another ratio, or a bound, makes no proposal."""
    numerator, denominator = ratio.get("numerator", {}), ratio.get("denominator", {})
    if numerator.get("value") != 1 or "comparator" in numerator:
        return None
    return _number(item, {**denominator, "code": item.unit.code if item.unit else ""})


def _number(item: Item, quantity: Mapping[str, Any]) -> Value | None:
    """The number in the item's unit, rounded as the item is written; "<" and ">" make no proposal."""
    if "value" not in quantity or "comparator" in quantity:
        return None
    value = Decimal(str(quantity["value"]))
    written = quantity.get("code") or quantity.get("unit", "")
    if item.unit is not None and written != item.unit.code:
        given = ucum_code(written)
        if given is None:
            return None
        try:
            kind = item.unit.quantity or ANY_QUANTITY
            converted = convert(float(value), given=given, wanted=item.unit.code, quantity=kind)
            value = Decimal(repr(converted))
        except UnitsIncompatible:
            return None
    places = 0 if item.kind is ItemKind.INTEGER else item.decimals
    exact = value.quantize(
        Decimal(1).scaleb(-(DECIMALS if places is None else places)), ROUND_HALF_UP
    )
    shown = _without_zeros(exact)
    if not is_within(shown, item.refuse, on=date.min):
        return None
    return int(shown) if item.kind is ItemKind.INTEGER else shown


def _without_zeros(value: Decimal) -> Decimal:
    """70.50 as 70.5 and 1.4E+2 as 140."""
    return value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize()


def _choice(item: Item, concept: Mapping[str, Any]) -> Choice | None:
    for coding in concept.get("coding", ()):
        said = coding.get("system"), coding.get("code")
        for option in item.options:
            others = ((each.system, each.code) for each in option.codes)
            if said in {(option.system, option.code), *others}:
                return Choice(option.code)
    return _worded(item, concept.get("text", ""))


def _worded(item: Item, text: str) -> Choice | None:
    """The option that is called just so, in either language."""
    said = text.strip().casefold()
    for option in item.options:
        if said in {words.casefold() for words in option.words.values()}:
            return Choice(option.code)
    return None


def chosen(form: Form, offers: Mapping[str, Sequence[Offer]]) -> dict[str, Offer]:
    """The newest offer of each item; items of one measurement only from the same Observation, or none.

    A systolic pressure of one day and a diastolic one of another are no reading.
    """
    found: dict[str, Offer] = {}
    for item in form.walk():
        if item.is_answered and offers.get(item.link_id) and not _is_component(form, item):
            found[item.link_id] = _newest(offers[item.link_id])
        elif item.extract and item.items:
            found |= _together(item, offers)
    return found


def _is_component(form: Form, item: Item) -> bool:
    parent = form.parents.get(item.link_id)
    return parent is not None and bool(form.item(parent).extract)


def _newest(offers: Sequence[Offer]) -> Offer:
    return max(offers, key=lambda each: (each.measured_at, each.resource.rid))


def _together(group: Item, offers: Mapping[str, Sequence[Offer]]) -> dict[str, Offer]:
    """Offers for all parts of a measurement from its newest Observation, or from Observations of one instant."""
    parts = [item.link_id for item in group.items if item.codes and item.prefill]
    by_reading = [_by_reading(offers.get(link_id, ())) for link_id in parts]
    common = set.intersection(*(set(each) for each in by_reading)) if by_reading else set()
    if not common:
        return {}
    newest = max(common)
    return {link_id: each[newest] for link_id, each in zip(parts, by_reading, strict=True)}


def _by_reading(offers: Sequence[Offer]) -> dict[tuple[datetime, int], Offer]:
    """Offers by what makes two of them one reading: the Observation, or the very instant.

    A day without a time of day holds many readings, so there only the Observation counts.
    """
    readings: dict[tuple[datetime, int], Offer] = {}
    for each in offers:
        readings[each.measured_at, each.resource.rid] = each
        if not _is_midnight(each.measured_at):
            readings.setdefault((each.measured_at, 0), each)
    return readings


def _is_midnight(moment: datetime) -> bool:
    """Whether a moment is the beginning of a legal day, as days without a time are stored."""
    return moment == start_of_day(legal_day(moment))
