"""Read kinds of service points from their definitions."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from kangmai.analytics.facts.condition import condition
from kangmai.analytics.facts.types import Fact, FactType, Vocabulary, vocabulary_of
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.kernel.words import Words
from kangmai.programmes.points.errors import KindUnknown
from kangmai.programmes.points.rules import field_of
from kangmai.programmes.points.types import (
    Base,
    Field,
    FieldType,
    Holder,
    Item,
    Kind,
    Reckoned,
    Requirement,
    Topic,
)

ROOM, KIND = "programmes", "point_kind"
FACTS = {
    FieldType.INTEGER: FactType.NUMBER,
    FieldType.CHOICE: FactType.CODE,
    FieldType.DATE: FactType.DATE,
    FieldType.FLAG: FactType.BOOLEAN,
}


def kinds(*, on: date) -> dict[str, Kind]:
    """The kinds in force on a day by id, those of a topic together."""
    found = [kind_of(each) for each in definitions.load(ROOM, KIND) if each.is_effective(on)]
    order = list(Topic)
    found.sort(key=lambda each: (order.index(each.topic), each.holder is Holder.NONE, each.id))
    return {each.id: each for each in found}


def kind(id: str, *, on: date) -> Kind:
    """One kind as of a day; of a day before the first entry the first. Raises KindUnknown."""
    entries = sorted(
        (each for each in definitions.load(ROOM, KIND) if each.id == id),
        key=lambda each: each.effective_from,
    )
    if not entries:
        raise KindUnknown(kind=id[:40])
    return kind_of(next((each for each in entries if each.is_effective(on)), entries[0]))


@cache
def kind_of(definition: Definition) -> Kind:
    """The kind that a definition writes down."""
    content = definition.content
    holder, partner = content["holder"], content.get("partner")
    per_1000 = content.get("per_1000", {})
    fields = {each["id"]: field_of(each) for each in content["fields"]}
    reckoned = {each["id"]: _reckoned(each) for each in content.get("reckoned", ())}
    words = vocabulary(fields.values(), reckoned.values())
    return Kind(
        id=definition.id,
        title=_words(definition.title),
        topic=Topic(content["topic"]),
        holder=Holder(holder["of"]),
        holder_kinds=tuple(holder.get("kinds", ())),
        partner=_words(partner) if partner else None,
        partner_kinds=tuple(partner["kinds"]) if partner else (),
        standing=_words(content["standing"]),
        review_months=content.get("review_months"),
        term=_words(content["term"]) if "term" in content else None,
        size=content.get("size", ""),
        used=content.get("used", ""),
        per_1000=_number(per_1000.get("target")),
        per_1000_source=per_1000.get("source", ""),
        bases=tuple(_base(each) for each in content.get("coverage", ())),
        fields=fields,
        reckoned=reckoned,
        requirements=tuple(_requirement(each, words) for each in content["requirements"]),
        items={each["id"]: _item(each) for each in content["inspection"]},
        version=f"{definition.id}@{definition.effective_from}",
        source=definition.source["document"],
        is_verified=definition.verified,
    )


def vocabulary(fields: Iterable[Field], reckoned: Iterable[Reckoned]) -> Vocabulary:
    """What requirements may name: fields, how many codes of how many classes, reckoned numbers."""
    facts = []
    for each in fields:
        if each.type is FieldType.CODES:
            facts += [Fact(f"{each.id}_{name}", FactType.NUMBER, "1") for name in ("count", "classes")]  # fmt: skip
        elif each.type in FACTS:
            unit = "1" if each.type is FieldType.INTEGER else ""
            facts.append(Fact(each.id, FACTS[each.type], unit, frozenset(each.choices)))
    facts += [Fact(each.id, FactType.NUMBER, "1") for each in reckoned]
    return vocabulary_of(*facts)


def _words(content: Mapping[str, Any]) -> Words:
    return Words(content["zh"], content["en"])


def _number(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _reckoned(content: Mapping[str, Any]) -> Reckoned:
    return Reckoned(
        content["id"],
        _words(content),
        tuple(content.get("percent", ())),
        tuple(content.get("sum", ())),
        content.get("heads", {}),
    )


def _requirement(content: Mapping[str, Any], words: Vocabulary) -> Requirement:
    return Requirement(
        content["id"],
        _words(content),
        condition(content["holds"], words),
        frozenset(content.get("of", ())),
    )


def _item(content: Mapping[str, Any]) -> Item:
    return Item(content["id"], _words(content), content["grade"] == "serious")


def _base(content: Mapping[str, Any]) -> Base:
    return Base(
        content["id"],
        _words(content),
        tuple(content["kinds"]),
        tuple(content.get("types", ())),
        tuple(content.get("levels", ())),
        _number(content.get("target")),
        content.get("source", ""),
    )
