"""Sound answers to any form, for properties."""

import datetime
from decimal import Decimal

from hypothesis import strategies as st

from kangmai.forms.types import NUMBERS, Choice, Form, Item, ItemKind

DAY = datetime.date(2026, 5, 2)
WORDS = (
    st.text(st.sampled_from("血压头痛abc Ａ1.<&'\""), min_size=1, max_size=12)
    .map(str.strip)
    .filter(bool)
)


def value_of(item: Item) -> st.SearchStrategy:
    """Any value of an item within its hard limits."""
    if item.kind in NUMBERS:
        low, high = (item.refuse.low or Decimal(0)), (item.refuse.high or Decimal(500))
        places = (
            0 if item.kind is ItemKind.INTEGER else (4 if item.decimals is None else item.decimals)
        )
        scale = 10**places
        numbers = st.integers(int(low * scale), int(high * scale))
        if item.kind is ItemKind.INTEGER:
            return numbers
        return numbers.map(lambda n: Decimal(n).scaleb(-places))
    if item.kind is ItemKind.MULTIPLE_CHOICE:
        several = [o.code for o in item.options if not o.is_exclusive]
        return st.sets(st.sampled_from(several), min_size=1).map(
            lambda codes: tuple(Choice(c) for c in several if c in codes)
        )
    if item.kind is ItemKind.OPEN_CHOICE:
        return st.one_of(_option(item), WORDS.map(lambda text: Choice("", text)))
    if item.kind is ItemKind.CHOICE:
        return _option(item)
    if item.kind is ItemKind.DATE:
        return st.integers(0, 400).map(lambda days: DAY - datetime.timedelta(days=days))
    return st.booleans() if item.kind is ItemKind.BOOLEAN else WORDS


def _option(item: Item) -> st.SearchStrategy:
    return st.sampled_from([Choice(option.code) for option in item.options])


@st.composite
def answered(draw, form: Form):
    """Link id → value for some of the items, and rows for repeating groups."""
    values, rows = {}, {}
    for item in form.walk():
        if item.is_repeating:
            row = st.fixed_dictionaries(
                {i.link_id: value_of(i) for i in item.items if i.is_required},
                optional={i.link_id: value_of(i) for i in item.items if not i.is_required},
            )
            found = tuple(draw(st.lists(row, max_size=3)))
            if found:
                rows[item.link_id] = found
        elif (
            item.is_answered
            and not item.calculate
            and (item.link_id == form.effective_item or draw(st.booleans()))
        ):
            values[item.link_id] = draw(value_of(item))
    return values, rows
