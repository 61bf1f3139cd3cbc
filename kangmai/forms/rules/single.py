"""Read the texts of one place as a value of its item's kind."""

from decimal import Decimal
from typing import TypeVar

from kangmai.forms.rules.faults import Wrong, refused, said
from kangmai.forms.rules.spelling import plain, read_date, read_number, read_yes_or_no
from kangmai.forms.types import NUMBERS, Choice, Fault, Item, ItemKind, Value

T = TypeVar("T")
DECIMALS = 4
"""Decimal places of a number whose item does not say how many."""


class Misread(Exception):
    """What was given cannot be read; the fault says why."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.en)


def read_single(item: Item, texts: tuple[str, ...], place: str, other: str = "") -> Value | None:
    """The value of the one text given; None where none was.

    Args:
        other: what was written beside an open choice.

    Raises: Misread.
    """
    if len(texts) > 1:
        raise Misread(refused(Wrong.SEVERAL, item, place))
    text = texts[0] if texts else ""
    if item.kind is ItemKind.OPEN_CHOICE and other:
        return _open(item, text, place, other)
    if not text:
        return None
    if item.kind in NUMBERS:
        return _number(item, text, place)
    if item.kind in (ItemKind.CHOICE, ItemKind.OPEN_CHOICE):
        return _choice(item, text, place)
    if item.kind is ItemKind.DATE:
        return _found(read_date(text), Wrong.NOT_A_DAY, item, place)
    if item.kind is ItemKind.BOOLEAN:
        return _found(read_yes_or_no(text), Wrong.NOT_YES_OR_NO, item, place)
    return _text(item, text, place)


def read_choices(item: Item, texts: tuple[str, ...], place: str) -> tuple[Choice, ...]:
    """The options chosen, in the order of the form. Raises: Misread."""
    chosen = {_choice(item, text, place).code for text in texts}
    for option in item.options:
        if option.is_exclusive and option.code in chosen and len(chosen) > 1:
            zh, en = ({"option": option.words[language]} for language in ("zh", "en"))
            raise Misread(said(Wrong.STANDS_ALONE, item, place, zh=zh, en=en))
    return tuple(Choice(option.code) for option in item.options if option.code in chosen)


def _found(value: T | None, wrong: Wrong, item: Item, place: str) -> T:
    if value is None:
        raise Misread(refused(wrong, item, place))
    return value


def _number(item: Item, text: str, place: str) -> Decimal | int:
    value = read_number(text, unit=item.unit)
    if value is None:
        example = "12" if item.kind is ItemKind.INTEGER or item.decimals == 0 else "12.5"
        raise Misread(refused(Wrong.NOT_A_NUMBER, item, place, example=example))
    if item.kind is ItemKind.INTEGER:
        if value != value.to_integral_value():
            raise Misread(refused(Wrong.NOT_WHOLE, item, place))
        return int(value)
    places = DECIMALS if item.decimals is None else item.decimals
    if value != round(value, places):
        wrong = Wrong.NOT_WHOLE if places == 0 else Wrong.TOO_FINE
        raise Misread(refused(wrong, item, place, decimals=places))
    return value


def _choice(item: Item, text: str, place: str) -> Choice:
    option = item.option(plain(text))
    if option is None:
        raise Misread(refused(Wrong.NO_SUCH_OPTION, item, place))
    return Choice(option.code)


def _open(item: Item, text: str, place: str, other: str) -> Choice:
    if text:
        raise Misread(refused(Wrong.SEVERAL, item, place))
    return Choice("", _text(item, other, place))


def _text(item: Item, text: str, place: str) -> str:
    if len(text) > item.max_length:
        raise Misread(refused(Wrong.TOO_LONG, item, place, most=item.max_length))
    return text
