"""From a definition of the kind `forms/form` to a Form: words, spans, limits and options as values."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from kangmai.forms.types import (
    Audience,
    Code,
    Condition,
    Constraint,
    DayLimit,
    DayUnit,
    Form,
    Item,
    ItemKind,
    Limit,
    Operator,
    Option,
    Prefill,
    Range,
    Span,
    Unit,
    Words,
)
from kangmai.kernel import definitions
from kangmai.kernel.actor import Label
from kangmai.kernel.definitions import Definition
from kangmai.standards.codes import LOCAL_SYSTEM, code_set

ROOM, KIND, PART = "forms", "form", "form_part"
SYSTEMS = {"loinc": "http://loinc.org", "snomed": "http://snomed.info/sct"}
NO_WORDS: Words = MappingProxyType({})
TODAY = DayLimit(Span(0, DayUnit.DAY))
MAX_LENGTH = 500
_DAY_LIMIT = re.compile(r"today(?: ([+-]) (.+))?")

Content = Mapping[str, Any]


@lru_cache(maxsize=256)
def read_form(definition: Definition) -> Form:
    """The form of a definition.

    Raises:
        CodeSetUnknown: an item offers the codes of a set that does not exist.
        UnknownDefinition: a part does not exist on the first day of the form.
    """
    content, version = definition.content, definition.effective_from
    written = written_items(definition)
    items = tuple(_item(each, form=definition.id, on=version) for _path, each in written)
    placed = list(_placed(items, ""))
    return Form(
        id=definition.id,
        version=version,
        version_to=definition.effective_to,
        title=definition.title,
        source=definition.source["document"],
        status=definition.status,
        is_verified=definition.verified,
        effective_item=content["effective_item"],
        audience=_audience(content["audience"]),
        items=items,
        constraints=tuple(_constraint(each) for each in content.get("constraints", ())),
        by_link_id=MappingProxyType({item.link_id: item for item, _ in placed}),
        parents=MappingProxyType({item.link_id: parent for item, parent in placed if parent}),
        label=Label[content.get("label", "normal").upper()],
        shares_with=content.get("shares_with", ()),
    )


def written_items(definition: Definition) -> Iterator[tuple[str, Content]]:
    """What a form asks at its top, each with its path there; a part gives the items it is made of."""
    for position, each in enumerate(definition.content["items"]):
        path = f"/items/{position}"
        if "part" not in each:
            yield path, each
            continue
        part = definitions.get(ROOM, PART, each["part"], on=definition.effective_from)
        yield from ((f"{path}/part", item) for item in part.content["items"])


def _placed(items: tuple[Item, ...], parent: str) -> Iterator[tuple[Item, str]]:
    for item in items:
        yield item, parent
        yield from _placed(item.items, item.link_id)


def read_span(text: str) -> Span:
    """`18 a` as a span."""
    count, _, unit = text.partition(" ")
    return Span(int(count), DayUnit(unit))


def _audience(content: Content) -> Audience:
    begin, end = content.get("age_from"), content.get("age_before")
    return Audience(
        age_from=read_span(begin) if begin else None,
        age_before=read_span(end) if end else None,
        sex_codes=frozenset(content.get("sex_codes", ())),
    )


def _constraint(content: Content) -> Constraint:
    return Constraint(
        id=content["id"],
        expression=content["expression"],
        items=content["items"],
        message=content["message"],
        is_warning=content.get("severity") == "warning",
    )


def _item(content: Content, *, form: str, on: date) -> Item:
    limits = content.get("limits", {})
    return Item(
        link_id=content["link_id"],
        kind=ItemKind(content["type"]),
        title=content["title"],
        help=content.get("help", NO_WORDS),
        unit=_unit(content.get("unit")),
        codes=tuple(_code(each) for each in content.get("codes", ())),
        is_required=content.get("required", False),
        required_when=content.get("required_when", ""),
        refuse=_range(limits.get("refuse", {})),
        warn=_range(limits.get("warn", {})),
        decimals=content.get("decimals"),
        max_length=content.get("max_length", MAX_LENGTH),
        options=tuple(_options(content, form=form, on=on)),
        enable_when=tuple(_condition(each) for each in content.get("enable_when", ())),
        is_any_enough=content.get("enable_behavior") == "any",
        calculate=content.get("calculate", ""),
        prefill=_prefill(content.get("prefill")),
        extract=content.get("extract", ""),
        effective_item=content.get("effective_item", ""),
        max_rows=content.get("repeats", 1),
        items=tuple(_item(each, form=form, on=on) for each in content.get("items", ())),
        is_verified=content.get("verified", True),
    )


def _unit(content: Content | None) -> Unit | None:
    if content is None:
        return None
    words = {"zh": content["zh"], "en": content["en"]}
    return Unit(content["code"], words, content.get("quantity", ""))


def _code(content: Content) -> Code:
    system: str = SYSTEMS.get(content["system"]) or content["system"]
    return Code(system, content["code"], content["display"], content["verified"])


def _range(content: Content) -> Range:
    return Range(_limit(content.get("low")), _limit(content.get("high")))


def _limit(written: float | str | None) -> Limit | None:
    if not isinstance(written, str):
        return None if written is None else Decimal(str(written))
    match = _DAY_LIMIT.fullmatch(written)
    if match is None or match[2] is None:
        return TODAY
    return DayLimit(read_span(match[2]), is_after=match[1] == "+")


def _options(content: Content, *, form: str, on: date) -> Iterator[Option]:
    """The codes of a code set in the version of the form, or the item's own, under a system of its own."""
    exclusive = content.get("exclusive", ())
    if "code_set" in content:
        known = code_set(content["code_set"], on=on)
        for each in known.effective_codes(on):
            words = {"zh": each.zh, "en": each.en}
            yield Option(known.system, each.code, words, each.code in exclusive)
    system = f"{LOCAL_SYSTEM}{form}.{content['link_id']}"
    for own in content.get("options", ()):
        words = {"zh": own["zh"], "en": own["en"]}
        codes = tuple(map(_code, own.get("codes", ())))
        yield Option(system, own["code"], words, own["code"] in exclusive, codes)


def _condition(content: Content) -> Condition:
    return Condition(content["question"], Operator(content["operator"]), content["answer"])


def _prefill(content: Content | None) -> Prefill | None:
    if content is None:
        return None
    return Prefill(
        max_age_days=content.get("max_age_days", 0),
        is_own_only=content["from"] == "own_institution",
        is_previous=content["from"] == "previous_response",
        is_filler=content["from"] == "filler",
    )
