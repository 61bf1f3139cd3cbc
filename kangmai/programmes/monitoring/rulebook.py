"""Kinds of cards, read from their definitions."""

import datetime
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from kangmai.analytics.facts.condition import Condition, condition
from kangmai.analytics.facts.types import Fact, FactType, Vocabulary, vocabulary_of
from kangmai.forms.rules import read_form
from kangmai.forms.types import Form
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.kernel.errors import NotFound
from kangmai.kernel.words import Words
from kangmai.programmes.monitoring.errors import KindUnknown
from kangmai.programmes.monitoring.types import (
    AnswerFact,
    Awaits,
    CardRule,
    Named,
    Requirement,
    ReviewRule,
)

ROOM, KIND = "programmes", "monitored_card"
Read = Callable[[str, str, Vocabulary], Condition]


def _read(place: str, text: str, words: Vocabulary) -> Condition:
    return condition(text, words)


def rule(kind: str, *, on: datetime.date) -> CardRule:
    """A kind of card as it is on a day. Raises KindUnknown."""
    try:
        return rule_of(definitions.get(ROOM, KIND, kind, on=on))
    except NotFound:
        raise KindUnknown(kind=kind[:32]) from None


def form_of(id: str, *, on: datetime.date) -> Form:
    """The form of a kind as it is on a day. Raises UnknownDefinition."""
    return _form(definitions.get("forms", "form", id, on=on))


@cache
def _form(definition: Definition) -> Form:
    return read_form(definition)


def rules_on(on: datetime.date) -> tuple[CardRule, ...]:
    """Every kind of card in force on a day."""
    kinds = sorted({each.id for each in definitions.load(ROOM, KIND)})
    found = []
    for each in kinds:
        try:
            found.append(rule(each, on=on))
        except KindUnknown:
            continue
    return tuple(found)


@cache
def rule_of(definition: Definition) -> CardRule:
    """The kind of card that a definition writes down."""
    return read_rule(definition)


def read_rule(definition: Definition, read: Read = _read) -> CardRule:
    """A kind of card from its definition. Raises ConditionIncorrect where a condition is not sound."""
    content = definition.content
    answers = tuple(_answer(name, each) for name, each in content["answers"].items())
    words = vocabulary_of(*(each.fact for each in answers))
    who, awaits, review = content["who"], content.get("awaits"), content.get("review")
    return CardRule(
        id=definition.id,
        version=f"{definition.id}@{definition.effective_from.isoformat()}",
        title=Words(definition.title["zh"], definition.title["en"]),
        form=content["form"],
        day_item=content["day"],
        about=Words(who["zh"], who["en"]),
        sex_codes=tuple(who.get("sex_codes", ())),
        from_years=who.get("from_years", 0),
        before_years=who.get("before_years", 200),
        or_child=who.get("or_child", False),
        of_several=who.get("of_several", False),
        report_days=content["report_days"],
        deadline=content["deadline"],
        answers=answers,
        requires=tuple(
            Requirement(
                each["id"], read(f"/requires/{n}/when", each["when"], words), Words(each["zh"], each["en"])
            )
            for n, each in enumerate(content["requires"])
        ),
        counted=read("/counted", content["counted"], words),
        listed=_named(content["list"]["codes"]),
        list_item=content["list"]["item"],
        review=_review(review) if review else None,
        awaits=_awaits(awaits) if awaits else None,
        source=definition.content["source"]["document"],
        is_verified=definition.verified,
    )  # fmt: skip


def _answer(name: str, given: Mapping[str, Any]) -> AnswerFact:
    fact = Fact(name, FactType(given["type"]), given.get("unit", ""), frozenset(given.get("codes", ())))  # fmt: skip
    return AnswerFact(fact, given["item"], frozenset(given.get("any_of", ())), given.get("keep", False))  # fmt: skip


def _named(rows: Iterable[Mapping[str, Any]]) -> tuple[Named, ...]:
    return tuple(Named(each["id"], Words(each["zh"], each["en"]), tuple(each.get("icd10", ()))) for each in rows)  # fmt: skip


def _review(given: Mapping[str, Any]) -> ReviewRule:
    return ReviewRule(
        deadline=given["deadline"],
        least_opinions=given["least_opinions"],
        hides=frozenset(given["hides"]),
        avoidable=_named(given["avoidable"]),
        delays=_named(given["delays"]),
        who=_named(given["who"]),
        what=_named(given["what"]),
    )


def _awaits(given: Mapping[str, Any]) -> Awaits:
    return Awaits(
        before_days=given.get("before_days"),
        sex_codes=tuple(given.get("sex_codes", ())),
        from_years=given.get("from_years", 0),
        before_years=given.get("before_years", 200),
        prefixes=tuple(given.get("icd10", ())),
        after_delivery_days=given.get("after_delivery_days", 0),
    )
